# What a preset costs, before it is run.

import os


rule plan:
    """Print jobs, runs, steps and estimated hours of this preset; write them to its folder plan."""
    log:
        f"{RESULTS}/logs/plan.log",
    localrule: True
    conda:
        CONDA
    params:
        config=json.dumps(config, sort_keys=True),
        cores=os.cpu_count(),
        # No output: it must measure whenever it is asked.
        folder=f"{RESULTS}/plan",
    message:
        "Measuring the training rate"
    shell:
        "python scripts/plan.py --config-json {params.config:q} --cores {params.cores}"
        " --output-dir {params.folder} --log {log}"
