"""What is drawn on a PDF page besides text: straight strokes, pictures, outlines."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.domain.page import Box
from ingestion import limits
from ingestion.readers.glyphs import hull
from ingestion.readers.pdf_frame import IDENTITY, Frame, Matrix, apply, multiply
from ingestion.readers.rules import Segment, outline_segments

_WHITE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """``segments``, ``pictures`` and ``backgrounds`` (filled, not white) in points as shown; ``shaded`` when a gradient
    lies somewhere; ``outlines`` the number of filled shapes with curves (text converted to outlines has hundreds);
    ``text_objects`` the drawn text objects, readable or not."""

    segments: tuple[Segment, ...]
    pictures: tuple[Box, ...]
    backgrounds: tuple[Box, ...]
    shaded: bool
    outlines: int
    text_objects: int


def read_drawing(page: Any, frame: Frame) -> Drawing:
    """Walks the page's objects, form XObjects included, up to the segment limit."""
    import pypdfium2.raw as pdfium

    segments: list[Segment] = []
    pictures: list[Box] = []
    backgrounds: list[Box] = []
    outlines = text_objects = 0
    shaded = False
    budget = limits.MAX_PATH_SEGMENTS_PER_PAGE
    for obj, matrix in _objects(pdfium, page):
        kind = pdfium.FPDFPageObj_GetType(obj)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            text_objects += 1
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures.append(_unit_square(_matrix(pdfium, obj), matrix, frame))
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            shaded = True
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and budget > 0:
            count = pdfium.FPDFPath_CountSegments(obj)
            budget -= max(count, 1)
            shape = _path(pdfium, obj, count, multiply(_matrix(pdfium, obj), matrix), frame)
            segments += shape.segments
            outlines += shape.filled and shape.curved
            if shape.filled and shape.box is not None and not is_white(pdfium, obj):
                backgrounds.append(shape.box)
    return Drawing(
        segments=tuple(segments),
        pictures=tuple(pictures),
        backgrounds=tuple(backgrounds),
        shaded=shaded,
        outlines=outlines,
        text_objects=text_objects,
    )


def _objects(pdfium: Any, page: Any) -> Iterator[tuple[Any, Matrix]]:
    """(object, matrix of the forms around it), depth first."""
    stack: list[tuple[Any, Matrix, bool, int]] = [(page, IDENTITY, False, 0)]
    while stack:
        parent, matrix, is_form, depth = stack.pop()
        count = (pdfium.FPDFFormObj_CountObjects if is_form else pdfium.FPDFPage_CountObjects)(parent)
        get = pdfium.FPDFFormObj_GetObject if is_form else pdfium.FPDFPage_GetObject
        for index in range(max(count, 0)):
            obj = get(parent, index)
            if not obj:
                continue
            if pdfium.FPDFPageObj_GetType(obj) == pdfium.FPDF_PAGEOBJ_FORM:
                if depth < 8:
                    stack.append((obj, multiply(_matrix(pdfium, obj), matrix), True, depth + 1))
            else:
                yield obj, matrix


def _matrix(pdfium: Any, obj: Any) -> Matrix:
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(obj, m):
        return IDENTITY
    return m.a, m.b, m.c, m.d, m.e, m.f


def _unit_square(inner: Matrix, outer: Matrix, frame: Frame) -> Box:
    matrix = multiply(inner, outer)
    corners = [frame.point(*apply(matrix, x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    return hull((x, y, x, y) for x, y in corners)


def is_white(pdfium: Any, obj: Any) -> bool:
    """The object is filled with white, or with nothing at all."""
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(obj, r, g, b, a):
        return False
    return a.value == 0 or min(r.value, g.value, b.value) >= _WHITE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    segments: tuple[Segment, ...] = ()
    box: Box | None = None
    filled: bool = False
    curved: bool = False


def _path(pdfium: Any, obj: Any, count: int, matrix: Matrix, frame: Frame) -> _Shape:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(obj, fill, stroke)
    if not fill.value and not stroke.value:
        return _Shape()
    filled, stroked = bool(fill.value), bool(stroke.value)
    strokes: list[Segment] = []
    corners: list[Box] = []
    for points, curved, closed in _subpaths(pdfium, obj, count, matrix, frame):
        box = hull((x, y, x, y) for x, y in points)
        if curved:
            return _Shape(box=box, filled=filled, curved=True)
        corners.append(box)
        strokes += outline_segments(points, closed=closed, filled=filled, stroked=stroked)
    return _Shape(segments=tuple(strokes), box=hull(corners) if corners else None, filled=filled)


def _subpaths(
    pdfium: Any, obj: Any, count: int, matrix: Matrix, frame: Frame
) -> Iterator[tuple[list[tuple[float, float]], bool, bool]]:
    """(points on the shown page, has curves, is closed) of each subpath with at least two points."""
    points: list[tuple[float, float]] = []
    curved = closed = False
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(count, limits.MAX_PATH_SEGMENTS_PER_PAGE)):
        part = pdfium.FPDFPath_GetPathSegment(obj, index)
        if not part or not pdfium.FPDFPathSegment_GetPoint(part, x, y):
            continue
        kind = pdfium.FPDFPathSegment_GetType(part)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1:
                yield points, curved, closed
            points, curved, closed = [], False, False
        points.append(frame.point(*apply(matrix, x.value, y.value)))
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        closed = closed or bool(pdfium.FPDFPathSegment_GetClose(part))
    if len(points) > 1:
        yield points, curved, closed
