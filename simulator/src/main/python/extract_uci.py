#!/usr/bin/python3
"""Writes breast-cancer.csv.gz and wine.csv.gz from the copies in Debian's python3-sklearn.

One line an example: the features as they are written there, then the class; lines ended by LF, no
header. The same input gives the same bytes. Run from the module's folder; prints the SHA-256 of the
uncompressed files, which the licence files beside them repeat:

    src/main/python/extract_uci.py
"""

import csv
import gzip
import hashlib
import importlib.resources
import pathlib

TARGET = pathlib.Path("src/main/resources/io/thermograd/simulator/data")


def extract(source, target):
    text = importlib.resources.files("sklearn.datasets.data").joinpath(source).read_text("ascii")
    header, *rows = csv.reader(text.splitlines())
    examples, features = int(header[0]), int(header[1])
    if len(rows) != examples or {len(row) for row in rows} != {features + 1}:
        raise ValueError(f"{source} should hold {examples} x {features + 1} values")
    data = "".join(",".join(row) + "\n" for row in rows).encode("ascii")
    with open(TARGET / target, "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as out:
            out.write(data)
    print(hashlib.sha256(data).hexdigest(), target)


extract("breast_cancer.csv", "breast-cancer.csv.gz")
extract("wine_data.csv", "wine.csv.gz")
