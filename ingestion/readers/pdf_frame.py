"""From PDF user space (origin bottom left, unrotated, any crop box) to the page as shown (points, origin top left)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The visible box of a page in user space and its clockwise rotation in degrees (0, 90, 180, 270)."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @classmethod
    def of(cls, page: Any) -> Frame | None:
        """The frame of a pypdfium2 page, None when the page has no area that could show anything (a side below a point)."""
        left, bottom, right, top = page.get_bbox()
        if not (1 <= right - left < 1e6 and 1 <= top - bottom < 1e6):
            return None
        return cls(left=left, bottom=bottom, right=right, top=top, rotation=page.get_rotation() % 360)

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.rotation in (90, 270) else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.rotation in (90, 270) else self.top - self.bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A user-space point on the page as shown."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def vector(self, x: float, y: float) -> tuple[float, float]:
        """A user-space direction on the page as shown."""
        if self.rotation == 90:
            return y, x
        if self.rotation == 180:
            return -x, y
        if self.rotation == 270:
            return -y, -x
        return x, -y


def multiply(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies ``inner`` first and ``outer`` then."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
