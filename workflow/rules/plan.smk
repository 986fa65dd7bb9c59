# What a preset costs, before it is run.

import os


rule plan:
    """Print jobs, runs, steps and estimated times of this preset; write them to its folder plan."""
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


if config["preset"] == "paper":

    rule plan_evidence:
        """Write the costs that docs/cluster.md prints to results/shipped/evidence (quiet machine)."""
        input:
            code("plan.py"),
        output:
            "results/shipped/evidence/plan/experiments.csv",
            "results/shipped/evidence/plan/plan.json",
            "results/shipped/evidence/plan/rates.yaml",
        log:
            f"{RESULTS}/logs/plan_evidence.log",
        localrule: True
        conda:
            CONDA
        params:
            config=json.dumps(config, sort_keys=True),
            cores=os.cpu_count(),
            folder=lambda w, output: Path(output[0]).parent,
        message:
            "Measuring the training rate of the paper's protocol"
        shell:
            "python scripts/plan.py --config-json {params.config:q} --cores {params.cores}"
            " --output-dir {params.folder} --log {log}"
