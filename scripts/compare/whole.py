"""Whole processes over one document of each format: whole.py OUT TOOLS TERJUMAN CORPUS writes OUT/whole.md.

Each tool starts, translates one document and ends, five times after one that does not count; medians are written.
"""

import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENTS = {
    "docx/Complex01.docx": ["argos", "handlers", "pandoc", "office"],
    "pptx/education-charts.pptx": ["argos", "handlers", "office"],
    "xlsx/business-plan.xlsx": ["handlers", "office"],
    "odt/relaxng-patterns.odt": ["argos", "toolkit", "pandoc", "office"],
    "odp/SlideTest2.odp": ["argos", "toolkit", "office"],
    "ods/freeze-panes.ods": ["toolkit", "office"],
    "html/W3CHTMHLTest1.html": ["argos", "toolkit", "po4a", "pandoc"],
    "markdown/ch04-01-what-is-ownership.md": ["toolkit", "mdpo", "diplodoc", "po4a", "pandoc"],
    "rtf/testRTFVarious.rtf": ["pandoc", "office"],
    "txt/al2.txt": ["argos", "toolkit", "po4a"],
    "xliff/OnTramTest01.xlf": ["toolkit"],
}


def run(command):
    """Processor seconds, seconds by the clock and the largest process's memory in MB."""
    # A process of its own for each, since the figures of children add up.
    measured = (
        "import os,resource,subprocess,sys,time\n"
        "start=time.monotonic()\n"
        "code=subprocess.call(sys.argv[1:],stdout=2,stdin=subprocess.DEVNULL)\n"
        "spent=time.monotonic()-start\n"
        "used=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(code,used.ru_utime+used.ru_stime,spent,used.ru_maxrss/1024)"
    )
    done = subprocess.run([sys.executable, "-c", measured, *command], capture_output=True, text=True)
    code, *figures = done.stdout.split()
    if code != "0":
        sys.exit(f"{' '.join(command)}: {done.stderr[-500:]}")
    return [float(figure) for figure in figures]


def main():
    out, tools, terjuman, corpus = sys.argv[1:]
    lines = [
        "## Whole processes\n",
        "One document, from the start of the program to its end, medians of five runs. Tools that are libraries start with",
        "the interpreter that runs them, as they do in a script.\n",
        "| document | tool | ms of processor | ms by the clock | MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for document, others in DOCUMENTS.items():
        source = os.path.join(corpus, document)
        output = os.path.join(out, "whole", os.path.basename(document))
        os.makedirs(os.path.dirname(output), exist_ok=True)
        for tool in ["terjuman", *others]:
            if tool == "terjuman":
                command = [terjuman, "translate", "--engine", "pseudo", "--from", "en", "--to", "pt", "-o", output, source]
            else:
                python = f"{tools}/{'argos' if tool == 'argos' else 'py'}/bin/python"
                command = [python, "-W", "ignore", f"{HERE}/run.py", "--one", tool, tools, source, output]
            runs = [run(command) for _ in range(6)][1:]
            cpu, clock, memory = (statistics.median(figures) for figures in zip(*runs))
            name = {"terjuman": "Terjuman", "argos": "argos-translate-files", "handlers": "doc-translator-mcp", "toolkit": "translate-toolkit",
                    "diplodoc": "@diplodoc/translation", "office": "LibreOffice"}.get(tool, tool)
            lines.append(f"| `{document}` | {name} | {cpu * 1000:.0f} | {clock * 1000:.0f} | {memory:.0f} |")
    with open(f"{out}/whole.md", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main()
