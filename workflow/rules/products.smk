# Products: fits, predictions, theory, claims, discrepancies, studies. Each is a function of a
# paper or of the kit, called with tables and with values of the configuration.


def input_words(paper, declared, whole=False):
    """Words of a command that name a function's inputs: a file, a list of files, or none."""
    words = []
    for argument, paths in declared.items():
        files = inputs_of(paper, {argument: paths}, whole).get(argument, [])
        option = "--absent" if not files else "--input" if isinstance(paths, str) else "--inputs"
        words.append(shlex.join([option, argument, *files]))
    return " ".join(words)


@cache
def protocol(paper):
    """The paper's configuration in the presets of its own protocol."""
    files = [ROOT / "config" / f"{preset}.yaml" for preset in PAPERS[paper].protocol]
    given = configuration.read_files(files)
    whole = configuration.complete({**given, "papers": config["papers"]})
    return configuration.of_paper(whole, paper)


def protocol_of(paper, experiment):
    """Settings, swept values and number of runs of an experiment in the paper's own protocol."""
    block = protocol(paper)["experiments"][experiment]
    settings = training_settings(protocol(paper), experiment)
    return {"settings": settings, "values": swept_values(block), "runs": block["runs"]}


@cache
def late(paper):
    """Products that follow claims, discrepancies or tables: they run in the group of the ending."""
    products = PAPERS[paper].products
    found = {"claims", "discrepancies"} & products.keys()
    while True:
        ends = {path for name in found for path in products[name].outputs.values()}
        ends |= {f"tables/{name}.csv" for name in PAPERS[paper].tables}
        more = {
            name
            for name, product in products.items()
            for paths in product.inputs.values()
            if ends & ({paths} if isinstance(paths, str) else set(paths))
        }
        if more <= found:
            return found
        found |= more


def is_shipped(product):
    """Whether this preset takes a product's files from results/shipped."""
    return config["source"] != "train" and product.trains and not product.evidence


def is_asked_for(paper, product):
    """Whether the command names evidence of a study, or evidence while this was never made.

    Else its files are taken as shipped. Targets are known only after this file is read, so that the
    words of the command are searched.
    """
    words = {word.partition(":")[0] for word in sys.argv}

    def files(paper, product):
        return {located(paper, path) for path in PAPERS[paper].products[product].outputs.values()}

    def named(study):
        return not words.isdisjoint({"_".join(study), *files(*study)})

    studies = [(p, n) for p, d in PAPERS.items() for n, one in d.products.items() if one.evidence]
    never_made = not all(map(os.path.exists, files(paper, product)))
    return named((paper, product)) or (never_made and any(map(named, studies)))


rule protocol:
    """The settings that one experiment has in the preset of the paper's own protocol."""
    output:
        f"{RESULTS}/{{paper}}/protocol/{{experiment}}.json",
    log:
        f"{RESULTS}/{{paper}}/logs/protocol/{{experiment}}.log",
    localrule: True
    params:
        scripts=scripts,
        settings=lambda w: text_of(protocol_of(w.paper, w.experiment)),
    message:
        "Settings of the protocol: {wildcards.experiment}"
    shell:
        "python {params.scripts}/settings.py --json {params.settings:q} --output {output} --log {log}"


for PAPER, DECLARED in PAPERS.items():
    for PRODUCT, ENTRY in DECLARED.products.items():
        PATHS = {field: located(PAPER, path) for field, path in ENTRY.outputs.items()}
        if is_shipped(ENTRY) or (ENTRY.evidence and not is_asked_for(PAPER, PRODUCT)):
            continue

        rule:
            """One product; workflow/rules/products.smk says what that is."""
            name:
                f"{PAPER}_{PRODUCT}"
            input:
                **inputs_of(PAPER, ENTRY.inputs, whole=ENTRY.evidence),
            output:
                list(PATHS.values()),
            log:
                f"{RESULTS}/{PAPER}/logs/products/{PRODUCT}.log",
            benchmark:
                f"{RESULTS}/{PAPER}/benchmarks/products/{PRODUCT}.tsv"
            priority: 1 if ENTRY.trains else 0  # the longest begin first
            group:
                "ending" if PRODUCT in late(PAPER) else "products"
            threads: config["training"]["threads"] if ENTRY.trains else 1
            resources:
                mem_mb=more(2000),
                runtime=more(120 if ENTRY.trains else 30),
            params:
                scripts=scripts,
                code=code(DECLARED.function(PRODUCT)),
                function=DECLARED.function(PRODUCT),
                arguments=text_of(papers.arguments_of(ENTRY, CONFIG[PAPER])),
                inputs=input_words(PAPER, ENTRY.inputs, whole=ENTRY.evidence),
                outputs=" ".join(
                    shlex.join(["--output", field, path]) for field, path in PATHS.items()
                ),
                seed=config["root_seed"],
                folder=lambda w, output, folder=f"{RESULTS}/{PAPER}/kept": folder,
            message:
                f"{PAPER}: {PRODUCT}"
            shell:
                "python {params.scripts}/product.py --function {params.function} {params.inputs}"
                " --arguments {params.arguments:q}"
                " --root-seed {params.seed} --folder {params.folder} --threads {threads} {params.outputs} --log {log}"


for PAPER, DECLARED in PAPERS.items():
    for PRODUCT, ENTRY in DECLARED.products.items():
        if not is_shipped(ENTRY):
            continue

        rule:
            """Files of one product from results/shipped, in place of training."""
            name:
                f"{PAPER}_{PRODUCT}"
            input:
                files=[f"{SHIPPED}/{PAPER}/{path}" for path in ENTRY.outputs.values()],
                manifest=f"{SHIPPED}/{PAPER}/manifest.json",
            output:
                [located(PAPER, path) for path in ENTRY.outputs.values()],
            log:
                f"{RESULTS}/{PAPER}/logs/products/{PRODUCT}.log",
            benchmark:
                f"{RESULTS}/{PAPER}/benchmarks/products/{PRODUCT}.tsv"
            localrule: True
            params:
                scripts=scripts,
                configured=text_of(papers.configured_of(ENTRY, CONFIG[PAPER])),
            message:
                f"{PAPER}: the shipped files of {PRODUCT}"
            shell:
                "python {params.scripts}/take.py --manifest {input.manifest} --files {input.files}"
                " --outputs {output} --configured {params.configured:q} --log {log}"
