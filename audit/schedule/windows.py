"""A task for the Windows Task Scheduler, as the XML that schtasks takes; a missed run is made up."""

import subprocess
from xml.sax.saxutils import escape

from audit.schedule.plan import Plan

_MONTHS = "January February March April May June July August September October November December".split()
_TRIGGERS = {
    "month": "<ScheduleByMonth><DaysOfMonth><Day>1</Day></DaysOfMonth><Months>"
    + "".join(f"<{name}/>" for name in _MONTHS)
    + "</Months></ScheduleByMonth>",
    "week": "<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Monday/></DaysOfWeek></ScheduleByWeek>",
    "day": "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>",
}


def windows(plan: Plan) -> str:
    program, *rest = plan.arguments
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Save as {plan.name}.xml, then: schtasks /Create /TN "{plan.name}" /XML {plan.name}.xml -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Audit of the customer data in {escape(str(plan.folder))}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{plan.hour:02}:{plan.minute:02}:00</StartBoundary>
      <Enabled>true</Enabled>
      {_TRIGGERS[plan.every]}
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(rest))}</Arguments>
      <WorkingDirectory>{escape(str(plan.folder))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
