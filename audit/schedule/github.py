"""A GitHub Actions workflow on a runner of your own, so that the data stays on the machine that holds it."""

import json
import shlex

from audit.schedule.plan import PERIODS, Plan


def github(plan: Plan) -> str:
    secrets = "".join(f"          {name}: ${{{{ secrets.{name} }}}}\n" for name in plan.secrets)
    environment = f"        env:\n{secrets}" if secrets else ""
    return f"""# Save as .github/workflows/{plan.name}.yml. Times are UTC. A failed gate fails the job.
name: Audit of customer data, {PERIODS[plan.every]}
on:
  schedule:
    - cron: "{plan.cron_time}"
  workflow_dispatch:
permissions: {{}}
concurrency:
  group: {plan.name}
  cancel-in-progress: false
jobs:
  audit:
    # Not a hosted runner: people's data must not leave the machine.
    runs-on: self-hosted
    steps:
      - name: Audit
        working-directory: {json.dumps(str(plan.folder))}
{environment}        run: {json.dumps(shlex.join(plan.arguments))}
"""
