# Shipped tables: the aggregated results in the repository, from which everything can be redrawn.

if config["source"] == "train":

    # No output: a file under results/shipped must not vanish because a job that writes it failed.
    rule ship:
        """Copy this preset's aggregated tables, claims and manifest to results/shipped."""
        input:
            code("ship.py"),
            files=[
                f"{RESULTS}/{path}"
                for name in SHIPPED_EXPERIMENTS
                for path in shipped_files(name).values()
            ]
            + [f"{RESULTS}/{path}" for path in SHIPPED_TO_READ],
            manifest=f"{RESULTS}/manifest.json",
        log:
            f"{RESULTS}/logs/ship.log",
        localrule: True
        conda:
            CONDA
        params:
            target=SHIPPED,
        message:
            "Copying tables to results/shipped"
        shell:
            "python scripts/ship.py --manifest {input.manifest} --files {input.files}"
            " --target {params.target} --log {log}"

else:

    rule ship:
        """Refuse: what was taken from results/shipped is shipped already."""
        log:
            f"{RESULTS}/logs/ship.log",
        localrule: True
        conda:
            CONDA
        message:
            "Nothing to ship"
        shell:
            "echo 'error: source is shipped: only a preset that trains can be shipped'"
            " | tee {log} >&2; exit 2"

    rule take_shipped:
        """Tables of one experiment from results/shipped, in place of training."""
        input:
            code("take_shipped.py"),
            **{kind: f"{SHIPPED}/{path}" for kind, path in shipped_files("{experiment}").items()},
            manifest=f"{SHIPPED}/manifest.json",
        output:
            **{kind: f"{RESULTS}/{path}" for kind, path in shipped_files("{experiment}").items()},
        log:
            f"{RESULTS}/logs/take_shipped/{{experiment}}.log",
        localrule: True
        conda:
            CONDA
        params:
            settings=lambda w: settings_of(w.experiment),
        message:
            "Taking the shipped tables of {wildcards.experiment}"
        shell:
            "python scripts/take_shipped.py --manifest {input.manifest}"
            " --configured {params.settings:q}"
            " --settings {input.settings} --runs {input.runs} --summary {input.summary}"
            " --settings-output {output.settings} --runs-output {output.runs}"
            " --summary-output {output.summary} --log {log}"
