# Figures and tables: an entry of the paper names the tables that the module of its name shows.


def tables_of(exhibit):
    """Tables of a figure or table, located, by the name that its module gives them."""
    def find(w):
        name = w[exhibit]
        declared = PAPERS[w.paper].exhibits[name][2].tables
        return inputs_of(w.paper, declared)

    return find


def table_words(w, exhibit):
    """Words of a command that name an exhibit's tables."""
    return input_words(w.paper, PAPERS[w.paper].exhibits[w[exhibit]][2].tables)


def module_of(w, exhibit):
    """Module of an exhibit."""
    return PAPERS[w.paper].exhibits[w[exhibit]][1]


def exhibit_arguments(w, exhibit):
    """Arguments of an exhibit from the configuration, as JSON."""
    entry = PAPERS[w.paper].exhibits[w[exhibit]][2]
    return text_of(papers.arguments_of(entry, CONFIG[w.paper]))


def caption_of(w, exhibit):
    """Title and text below a figure or table."""
    return captions.caption(PAPERS[w.paper].exhibits[w[exhibit]][2], CONFIG[w.paper])


rule figure:
    """One figure, PDF and PNG, from its tables."""
    input:
        unpack(tables_of("figure")),
    output:
        pdf=f"{RESULTS}/{{paper}}/figures/{{figure}}.pdf",
        png=report(
            f"{RESULTS}/{{paper}}/figures/{{figure}}.png",
            caption="../report/exhibit.rst",
            category="{paper}",
            subcategory="Figures",
            labels=lambda w: {"figure": label_of(w.figure), "subject": caption_of(w, "figure").title},
        ),
    log:
        f"{RESULTS}/{{paper}}/logs/figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/figure/{{figure}}.tsv"
    group:
        "exhibits"
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        code=lambda w: code(module_of(w, "figure")),
        module=lambda w: module_of(w, "figure"),
        tables=lambda w: table_words(w, "figure"),
        arguments=lambda w: exhibit_arguments(w, "figure"),
        title=lambda w: caption_of(w, "figure").title,
        caption=lambda w: caption_of(w, "figure").text,
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python {SCRIPTS}/figure.py --module {params.module} {params.tables}"
        " --arguments {params.arguments:q} --output {output.pdf} {output.png} --log {log}"


rule table:
    """One table, CSV and Typst."""
    input:
        unpack(tables_of("table")),
    output:
        csv=f"{RESULTS}/{{paper}}/tables/{{table}}.csv",
        typst=f"{RESULTS}/{{paper}}/tables/{{table}}.typ",
    log:
        f"{RESULTS}/{{paper}}/logs/table/{{table}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/table/{{table}}.tsv"
    group:
        "exhibits"
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        code=lambda w: code(module_of(w, "table")),
        module=lambda w: module_of(w, "table"),
        tables=lambda w: table_words(w, "table"),
        arguments=lambda w: exhibit_arguments(w, "table"),
        seed=config["root_seed"],
    message:
        "Writing {wildcards.table}"
    shell:
        "python {SCRIPTS}/table.py --module {params.module} {params.tables}"
        " --arguments {params.arguments:q} --root-seed {params.seed}"
        " --csv-output {output.csv} --typst-output {output.typst} --log {log}"
