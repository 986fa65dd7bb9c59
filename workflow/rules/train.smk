# Training: one job per shard. A killed job leaves its checkpoint; the same command continues.


rule train:
    """Train the runs of one job; a killed job continues from its checkpoint."""
    input:
        code=lambda w: code("train.py", without=other_networks(w.experiment)),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
        data=f"{RESULTS}/data/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    output:
        f"{RESULTS}/runs/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    log:
        f"{RESULTS}/logs/train/{{experiment}}/{{value}}/{{first}}-{{last}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{experiment}}/{{value}}/{{first}}-{{last}}.tsv"
    conda:
        CONDA
    threads: config["training"]["threads"]
    resources:
        # no parameters: how often a job saves itself, and in how many parts it sums, is no reason
        # to train again
        checkpoint_seconds=str(config["training"]["checkpoint_seconds"]),
        gpu_memory_mb=str(config["training"]["gpu_memory_mb"]),
        mem_mb=2000,
    params:
        settings=lambda w: settings_of(w.experiment),
        checkpoint=f"{RESULTS}/checkpoints/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    message:
        "Training: {wildcards.experiment} {wildcards.value}, runs {wildcards.first}-{wildcards.last}"
    shell:
        "python scripts/train.py --settings {input.settings} --data {input.data} --output {output}"
        " --checkpoint {params.checkpoint} --checkpoint-seconds {resources.checkpoint_seconds}"
        " --gpu-memory-mb {resources.gpu_memory_mb} --threads {threads} --log {log}"
