# Typst: `python typst.py CARD_FOLDER TEMPLATE TYPE FROM COUNT OUT`, with the arguments of harness.mjs.
# One process a core; each compiles card.typ to warm up and then gives the same compiler other inputs.
import json
import multiprocessing
import os
import sys
import time

sys.path.pop(0)  # This script has the module's name.
import typst

WARM_UP = 12
HERE = os.path.dirname(os.path.abspath(__file__))
folder, template, kind, start, count, out = sys.argv[1:]


def inputs(person):
    shown = {**person, "minutes": f"{person['minutes']:,}", "rank": f"#{person['rank']}"}
    return {"person": json.dumps(shown)}


def work(people, mine, barrier):
    compiler = typst.Compiler(
        os.path.join(HERE, f"{template}.typ"),
        font_paths=[os.path.join(folder, "fonts")],
        ignore_system_fonts=True,
        sys_inputs=inputs(people[0]),
    )
    make = lambda person: compiler.compile(format=kind, sys_inputs=inputs(person), pdf_tags=False)
    for person in people[:WARM_UP]:
        make(person)
    barrier.wait()
    for person in mine:
        with open(os.path.join(out, f"{person['id']}.{kind}"), "wb") as file:
            file.write(make(person))
    barrier.wait()


if __name__ == "__main__":
    with open(os.path.join(folder, "people.json")) as file:
        people = json.load(file)
    chosen = people[int(start) : int(start) + int(count)]
    os.makedirs(out, exist_ok=True)
    cores = len(os.sched_getaffinity(0))
    barrier = multiprocessing.Barrier(cores + 1)
    processes = [
        multiprocessing.Process(target=work, args=(people, chosen[lane::cores], barrier), daemon=True)
        for lane in range(cores)
    ]
    for process in processes:
        process.start()
    barrier.wait(timeout=120)
    began = time.perf_counter()
    barrier.wait(timeout=600)
    seconds = time.perf_counter() - began
    print(json.dumps({"count": len(chosen), "seconds": seconds}))
