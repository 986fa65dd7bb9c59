# Shipped results: tables in the repository, from which everything can be drawn again.


def shipped_files(experiment):
    """Settings and tables of an experiment, relative to a folder of results, by what they are."""
    return {
        "settings": f"settings/{experiment}.json",
        "runs": f"aggregated/{experiment}_runs.csv",
        "summary": f"aggregated/{experiment}.csv",
    }


def files_to_ship(paper):
    """What is copied: settings and tables of the paper's experiments, and what is to be read."""
    declared = PAPERS[paper]
    tables = [path for name in declared.experiments for path in shipped_files(name).values()]
    return [f"{RESULTS}/{paper}/{path}" for path in [*tables, *declared.shipped_files]]


# Local, so that only the process that knows the targets says where the file comes from.
rule take:
    """A file of another paper."""
    input:
        unpack(lambda w: source_of(w.path)),
    output:
        f"{RESULTS}/{{paper}}/taken/{{path}}",
    log:
        f"{RESULTS}/{{paper}}/logs/taken/{{path}}.log",
    localrule: True
    params:
        scripts=scripts,
        manifest=lambda w, input: (
            f"--manifest {input.manifest}" if "manifest" in input.keys() else ""
        ),
    message:
        "Taking {input.file} for {wildcards.paper}"
    shell:
        "python {params.scripts}/take.py {params.manifest} --files {input.file} --outputs {output}"
        " --log {log}"


if config["source"] == "train":

    # No output: a file under results/shipped must not vanish because a job that writes it failed.
    rule ship:
        """Copy this preset's tables, claims and manifests to results/shipped."""
        input:
            [files_to_ship(paper) for paper in PAPERS],
            [f"{RESULTS}/{paper}/manifest.json" for paper in PAPERS],
        log:
            f"{RESULTS}/ship.log",
        localrule: True
        params:
            commands=" && ".join(
                f"python {shlex.quote(SCRIPTS)}/ship.py --manifest {RESULTS}/{paper}/manifest.json"
                f" --files {shlex.join(files_to_ship(paper))}"
                f" --target {shlex.quote(SHIPPED)}/{paper}"
                f" --log {RESULTS}/ship.log"
                for paper in PAPERS
            ),
        message:
            "Copying tables to results/shipped"
        shell:
            "{params.commands}"

else:

    rule take_shipped:
        """Tables of one experiment from results/shipped, in place of training."""
        input:
            unpack(
                lambda w: {
                    kind: f"{SHIPPED}/{w.paper}/{path}"
                    for kind, path in shipped_files(w.experiment).items()
                }
            ),
            unpack(lambda w: {"manifest": f"{SHIPPED}/{w.paper}/manifest.json"}),
        output:
            **{
                kind: f"{RESULTS}/{{paper}}/{path}"
                for kind, path in shipped_files("{experiment}").items()
            },
        log:
            f"{RESULTS}/{{paper}}/logs/take_shipped/{{experiment}}.log",
        localrule: True
        params:
            scripts=scripts,
            settings=lambda w: text_of(settings_of(w.paper, w.experiment)),
        message:
            "Taking the shipped tables of {wildcards.experiment}"
        shell:
            "python {params.scripts}/take.py --manifest {input.manifest:q}"
            " --configured {params.settings:q} --settings {input.settings:q}"
            " --files {input.settings:q} {input.runs:q} {input.summary:q}"
            " --outputs {output.settings} {output.runs} {output.summary} --log {log}"
