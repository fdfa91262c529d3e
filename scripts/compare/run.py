"""One tool over the files of the comparison: run.py TOOL OUT TOOLS FOLDER...

Writes OUT/letters, OUT/same, OUT/times.tsv and OUT/about.tsv as the example `fidelity --pairs` reads them. Each tool gets the
same engine in the way in which it takes one; nothing else of it is changed.
"""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version

LONGEST = 60
LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀćďéƒǵĥíĵķĺɱńóṕɋŕśťúṽŵẋýźÁƁĆĎÉƑǴĤÍĴĶĹḾŃÓṔɊŔŚŤÚṼŴẊÝŹ",
)
HERE = os.path.dirname(os.path.abspath(__file__))

# Markup that stands in the messages of catalogues; whoever translates them leaves it alone.
TAGS = r"<[^>]*>|&[#\w]+;"
MARKS = r"``.+?``|`[^`]*`|\]\([^)\s]*(?=[)\s])|\]\[[^\]]*\]|https?://[^\s)>]+|" + TAGS


def letters(text):
    return text.translate(LETTERS)


def around(pattern):
    """The engine for messages in which some markup has to stay."""
    kept = re.compile("(" + pattern + ")", re.S)
    return lambda text: "".join(p if n % 2 else letters(p) for n, p in enumerate(kept.split(text)))


def spent():
    """Processor time so far, in milliseconds, of this process and of those that it waited for: others may be at work too."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return (own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime) * 1000


def program(*arguments):
    done = subprocess.run(arguments, capture_output=True, timeout=LONGEST, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace").strip()[-200:])


def fill(path, engine):
    """A catalogue of gettext with a translation for each message."""
    import polib

    catalogue = polib.pofile(path, wrapwidth=0)
    for entry in catalogue:
        entry.msgstr = engine(entry.msgid)
        if "fuzzy" in entry.flags:
            entry.flags.remove("fuzzy")
    catalogue.metadata["Content-Type"] = "text/plain; charset=UTF-8"
    catalogue.save(path)


class Argos:
    """The file layer of LibreTranslate and Argos Translate."""

    name = "argos-translate-files"
    formats = (".docx", ".pptx", ".odt", ".odp", ".html", ".txt")

    def about(self):
        return "edits", (
            f"{version('argos-translate-files')}, with the walk through tags of argos-translate-lt "
            f"{version('argos-translate-lt')}: the file layer of LibreTranslate. The engine is a `translation` object."
        )

    def run(self, source, output, engine):
        from argostranslate.translate import ITranslation
        from argostranslatefiles import argostranslatefiles

        class Engine(ITranslation):
            def translate(self, text):
                return engine(text)

        if not argostranslatefiles.translate_file(Engine(), source, lambda *_: output):
            raise RuntimeError("format is not supported")


class Handlers:
    """Most scripts on python-docx, python-pptx and openpyxl do what these do."""

    name = "doc-translator-mcp"
    formats = (".docx", ".pptx", ".xlsx")

    def about(self):
        libraries = ", ".join(f"{name} {version(name)}" for name in ("python-docx", "python-pptx", "openpyxl"))
        return "edits", (
            f"{version('doc-translator-mcp')} on {libraries}: extract, translate the blocks, rebuild. It stands for the many "
            "scripts that replace the text of paragraphs with these libraries. No summary page is asked for."
        )

    def run(self, source, output, engine):
        from importlib import import_module
        from pathlib import Path

        kind = source.rsplit(".", 1)[1].lower()
        handler = import_module(f"doc_translator.{kind}_handler")
        blocks = getattr(handler, f"extract_{kind}")(Path(source))
        translations = {block["id"]: engine(block["text"]) for block in blocks}
        getattr(handler, f"rebuild_{kind}")(Path(source), Path(output), translations, "")


class Toolkit:
    """Catalogues out of documents and back, by the converters of the Translate Toolkit."""

    name = "translate-toolkit"
    formats = (".odt", ".ods", ".odp", ".html", ".htm", ".xhtml", ".md", ".txt", ".xlf")

    def about(self):
        return "edits", (
            f"{version('translate-toolkit')}: odf2xliff and xliff2odf, html2po and po2html, md2po and po2md, txt2po and "
            "po2txt; of XLIFF, its reader and writer, which give each unit without a target one. Markup in messages is kept "
            "by the engine."
        )

    def run(self, source, output, engine):
        from io import BytesIO

        from translate.convert import html2po, md2po, odf2xliff, po2html, po2md, po2txt, txt2po, xliff2odf
        from translate.storage import factory

        extension = source.rsplit(".", 1)[1].lower()
        if extension in ("odt", "ods", "odp"):
            catalogue = output + ".xlf"
            # The converter adds to the store that it is given.
            with open(catalogue, "wb") as file:
                from translate.storage import xliff

                xliff.xlifffile().serialize(file)
            with open(source, "rb") as given, open(catalogue, "rb+") as into:
                into.name  # a named file, so that the store can save itself
                odf2xliff.convertodf(given, into, None)
            self.targets(catalogue, engine)
            with open(catalogue, "rb") as given, open(output, "wb") as into, open(source, "rb") as template:
                xliff2odf.convertxliff(given, into, template)
        elif extension == "xlf":
            shutil.copyfile(source, output)
            self.targets(output, engine)
        else:
            messages, into = BytesIO(), BytesIO()
            with open(source, "rb") as given:
                if extension == "md":
                    md2po.MD2POOptionParser()._extract_translation_units(given, messages, None, "msgctxt", "single")
                elif extension == "txt":
                    txt2po.run_converter(given, messages)
                else:
                    html2po.converthtml(given, messages, None)
            catalogue = output + ".po"
            with open(catalogue, "wb") as file:
                file.write(messages.getvalue())
            fill(catalogue, engine if engine("a") == "a" else around(MARKS if extension == "md" else TAGS))
            with open(catalogue, "rb") as messages, open(source, "rb") as template:
                if extension == "md":
                    po2md.PO2MDOptionParser._translate_md_file(messages, into, template, False, None, 0)
                elif extension == "txt":
                    po2txt.run_converter(messages, into, template)
                else:
                    po2html.converthtml(messages, into, template)
            with open(output, "wb") as file:
                file.write(into.getvalue())

    def targets(self, path, engine):
        from translate.storage import factory, xliff2

        with open(path, "rb") as file:
            start = file.read(2000)
        is_second = b"urn:oasis:names:tc:xliff:document:2" in start
        store = xliff2.Xliff2File.parsefile(path) if is_second else factory.getobject(path)
        for unit in store.units:
            if unit.isheader() or not unit.source or not unit.istranslatable() or unit.target:
                continue
            rich = [part.copy() for part in unit.rich_source]
            for part in rich:
                part.apply_to_strings(engine)
            unit.rich_target = rich
        store.save()


class Po4a:
    name = "po4a"
    formats = (".md", ".markdown", ".html", ".htm", ".xhtml", ".txt")

    def about(self):
        said = subprocess.run(["po4a", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
        return "edits", (
            f"{said.replace('po4a version ', '').rstrip('.')}: po4a-updatepo and po4a-translate with the modules text "
            "(of Markdown with `markdown`) and xhtml. Markup in messages is kept by the engine."
        )

    def run(self, source, output, engine):
        extension = source.rsplit(".", 1)[1].lower()
        module = {"md": ["text", "-o", "markdown"], "markdown": ["text", "-o", "markdown"], "txt": ["text"]}
        module = module.get(extension, ["xhtml"])
        catalogue = output + ".po"
        form = ["-f", *module, "-M", "UTF-8", "-m", source]
        program("po4a-updatepo", *form, "-p", catalogue)
        if not os.path.exists(catalogue):
            shutil.copyfile(source, output)
            return
        marks = MARKS if module[-1] == "markdown" else TAGS if module[0] == "xhtml" else r"\Z"
        fill(catalogue, engine if engine("a") == "a" else around(marks))
        program("po4a-translate", *form, "-p", catalogue, "-l", output, "-k", "0", "-L", "UTF-8")


class Mdpo:
    name = "mdpo"
    formats = (".md", ".markdown")

    def about(self):
        return "edits", f"{version('mdpo')}: md2po and po2md, lines as long as they like. Markup in messages is kept by the engine."

    def run(self, source, output, engine):
        from mdpo.md2po import markdown_to_pofile
        from mdpo.po2md import pofile_to_markdown

        catalogue = output + ".po"
        with open(source, encoding="utf-8") as file:
            content = file.read()
        markdown_to_pofile(content, po_filepath=catalogue, save=True, location=False)
        fill(catalogue, engine if engine("a") == "a" else around(MARKS))
        pofile_to_markdown(content, catalogue, save=output, wrapwidth=float("inf"))


class Pandoc:
    name = "pandoc"
    formats = (".docx", ".odt", ".html", ".htm", ".xhtml", ".md", ".markdown", ".rtf")

    def about(self):
        said = subprocess.run(["pandoc", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
        return "edits", (
            f"{said.removeprefix('pandoc ')}: read into its own tree, words translated there, written in the same format "
            "(of docx and odt with the source as `--reference-doc`). Many scripts go this way through Markdown."
        )

    def run(self, source, output, engine):
        extension = source.rsplit(".", 1)[1].lower()
        form = {"md": "gfm", "markdown": "gfm", "htm": "html", "xhtml": "html"}.get(extension, extension)
        # Some files of rich text would take all the memory of the machine.
        arguments = ["pandoc", "+RTS", "-M4G", "-RTS", "-f", form, "-t", form, "-s", "--wrap=preserve", source, "-o", output]
        if extension in ("docx", "odt"):
            arguments.append(f"--reference-doc={source}")
        if engine("a") != "a":
            arguments.append(f"--lua-filter={HERE}/letters.lua")
        program(*arguments)


class Office:
    """Batches: the program takes longer to start than to convert a document."""

    name = "LibreOffice"
    formats = (".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".rtf")
    sample = 40

    def about(self):
        said = subprocess.run(["soffice", "--version"], capture_output=True, text=True).stdout.split()
        return "round trip", (
            f"{said[1]}, opens and writes each file in its own format without a change: what every tool pays that works "
            f"through it. Of each format {self.sample} files, taken evenly, in batches."
        )

    def batch(self, jobs):
        """All documents of one extension; the time is that of the batch by the number of its documents."""
        source_of, extension = {}, jobs[0][0].rsplit(".", 1)[1].lower()
        folder = os.path.dirname(jobs[0][1]) + "/batch"
        os.makedirs(folder, exist_ok=True)
        for number, (source, output) in enumerate(jobs):
            name = f"{folder}/{number}.{extension}"
            shutil.copyfile(source, name)
            source_of[f"{number}.{extension}"] = output
        start = spent()
        try:
            subprocess.run(
                ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", extension,
                 "--outdir", f"{folder}/out", *(f"{folder}/{name}" for name in source_of)],
                capture_output=True, timeout=LONGEST * 10, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            pass
        each = (spent() - start) / len(jobs)
        said = []
        for name, output in source_of.items():
            written = os.path.exists(f"{folder}/out/{name}")
            if written:
                shutil.move(f"{folder}/out/{name}", output)
            said.append((each, "ok" if written else "nothing written"))
        shutil.rmtree(folder)
        return said


class Diplodoc:
    name = "@diplodoc/translation"
    formats = (".md", ".markdown")

    def about(self):
        with open(f"{TOOLS}/npm/node_modules/@diplodoc/translation/package.json", encoding="utf-8") as file:
            said = json.load(file)["version"]
        return "edits", f"{said}: extract, a target for each unit, compose; in one process of Node."

    def batch(self, jobs, engine):
        lines = "\n".join(json.dumps({"input": s, "output": o, "engine": engine}) for s, o in jobs)
        done = subprocess.run(["node", f"{HERE}/markdown.js", f"{TOOLS}/npm"], input=lines, capture_output=True, text=True)
        said = [json.loads(line) for line in done.stdout.splitlines()]
        return [(line["milliseconds"], line["said"]) for line in said]


KINDS = {
    "argos": Argos,
    "handlers": Handlers,
    "toolkit": Toolkit,
    "po4a": Po4a,
    "mdpo": Mdpo,
    "pandoc": Pandoc,
    "office": Office,
    "diplodoc": Diplodoc,
}


class Late(Exception):
    pass


def late(*_):
    raise Late(f"more than {LONGEST} seconds")


def one(tool, source, output, engine):
    start = spent()
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        tool.run(source, output, engine)
        said = "ok"
    except Exception as error:  # whatever a tool does with a file is a result
        said = f"{type(error).__name__}: {error}"
    except SystemExit as error:
        said = f"exit {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    for left in (output + ".xlf", output + ".po", output if said != "ok" else ""):
        if os.path.exists(left):
            os.remove(left)
    return spent() - start, said


def only(kind, source, output):
    """One document, as `whole.py` wants it."""
    tool = KINDS[kind]()
    if kind == "office":
        said = tool.batch([(source, output)])[0][1]
    elif kind == "diplodoc":
        said = tool.batch([(source, output)], "letters")[0][1]
    else:
        said = one(tool, source, output, letters)[1]
    sys.exit(None if said == "ok" else said)


def main():
    global TOOLS
    signal.signal(signal.SIGPROF, late)
    if sys.argv[1] == "--one":
        kind, TOOLS, source, output = sys.argv[2:]
        only(kind, source, output)
    kind, out, TOOLS, *folders = sys.argv[1:]
    tool = KINDS[kind]()
    sources = []
    for number, root in enumerate(folders):
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                if name.lower().endswith(tool.formats):
                    sources.append((path, f"{number}/{os.path.relpath(path, root)}"))
    sources.sort(key=lambda source: source[1])
    sample = getattr(tool, "sample", None)
    if sample:
        chosen = []
        for extension in tool.formats:
            every = [source for source in sources if source[1].lower().endswith(extension)]
            step = max(1, len(every) / sample)
            chosen += [every[int(n * step)] for n in range(min(sample, len(every)))]
        sources = chosen
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    with open(f"{out}/about.tsv", "w", encoding="utf-8") as file:
        way, about = tool.about()
        file.write(f"{tool.name}\t{way}\t{about}\n")
    lines = []
    engines = {"letters": letters, "same": lambda text: text}
    for engine, function in engines.items():
        jobs = [(source, f"{out}/{engine}/{place}") for source, place in sources]
        for _, output in jobs:
            os.makedirs(os.path.dirname(output), exist_ok=True)
        if isinstance(tool, Office):
            if engine == "same":
                # It changes nothing in either case.
                continue
            results, batch = [], 10
            for extension in tool.formats:
                some = [job for job in jobs if job[0].lower().endswith(extension)]
                for at in range(0, len(some), batch):
                    results += zip(some[at : at + batch], tool.batch(some[at : at + batch]))
            results = [(output, *said) for (_, output), said in results]
        elif isinstance(tool, Diplodoc):
            results = [(output, *said) for (_, output), said in zip(jobs, tool.batch(jobs, engine))]
        else:
            results = [(output, *one(tool, source, output, function)) for source, output in jobs]
        for output, milliseconds, said in results:
            place = os.path.relpath(output, f"{out}/{engine}")
            lines.append(f"{place}\t{engine}\t{milliseconds:.2f}\t{' '.join(said.split())[:200]}\n")
    if isinstance(tool, Office):
        shutil.rmtree(f"{out}/same", ignore_errors=True)
        os.rename(f"{out}/letters", f"{out}/same")
        shutil.copytree(f"{out}/same", f"{out}/letters", copy_function=os.link)
    with open(f"{out}/times.tsv", "w", encoding="utf-8") as file:
        file.writelines(lines)
    refused = sum(not line.endswith("\tok\n") for line in lines)
    print(f"{tool.name}: {len(sources)} files, {refused} of {len(lines)} runs without an output")


main()
