"""An Airflow DAG of one task, for Airflow 2 and 3."""

import shlex

from audit.schedule.plan import PERIODS, Plan


def airflow(plan: Plan) -> str:
    # Without the blank at its end, Airflow takes a command for the name of a file; braces are its templates'.
    command = "{% raw %}" + shlex.join(plan.arguments) + "{% endraw %} "
    file = f"{plan.name.replace('-', '_')}.py"
    return f'''"""Audit of customer data, {PERIODS[plan.every]}. Save in the DAGs folder as {file}."""

from datetime import datetime

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

with DAG(
    dag_id={plan.name!r},
    schedule={plan.cron_time!r},
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(
        task_id="audit",
        bash_command={command!r},
        cwd={str(plan.folder)!r},
        append_env=True,
    )
'''
