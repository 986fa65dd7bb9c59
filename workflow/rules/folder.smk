# Where Snakemake may run: looked at before the configuration is, which it would miss elsewhere.

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.basedir)

if Path.cwd().resolve() != ROOT.resolve():
    raise WorkflowError(
        f"run Snakemake in the repository's root, {ROOT}, not in {Path.cwd()}: the paths of "
        "scripts and results are relative to it"
    )
