"""The pages of a paper under each other, as they will be printed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from receipts.layouts.pictures import Picture
from widgets import theme
from widgets.theme import S12, S16, Themed


def image_of(page: Picture) -> QImage:
    """A page as an image that owns its dots."""
    return QImage(page.dots, page.width, page.height, page.stride, QImage.Format.Format_RGB32).copy()


class _Pages(Themed, QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.images: list[QImage] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.follow_theme()

    def show_images(self, images: Sequence[QImage]) -> None:
        self.images = list(images)
        self.setMinimumHeight(self.heightForWidth(self.width()))
        self.updateGeometry()
        self.update()

    def _scale(self, width: int) -> float:
        widest = max((image.width() for image in self.images), default=1)
        return min(1.0, max(0.1, (width - 2 * S16) / widest))

    def heightForWidth(self, width: int) -> int:
        scale = self._scale(width)
        return round(sum(image.height() * scale + S12 for image in self.images)) + S12

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def sizeHint(self) -> QSize:
        return QSize(400, self.heightForWidth(400))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, scale = theme.current(), self._scale(self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), look.colour("sunken"))
        top = float(S12)
        for image in self.images:
            wide, high = image.width() * scale, image.height() * scale
            spot = QRectF((self.width() - wide) / 2, top, wide, high)
            painter.fillRect(spot.adjusted(-1, -1, 1, 1), look.colour("border"))
            painter.drawImage(spot, image)
            top += high + S12


class SheetView(QScrollArea):
    """The pages of one paper; arrow and page keys scroll. `show_pages` with none shows nothing yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The pages")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = _Pages()
        self.setWidget(self._pages)

    def show_pages(self, pages: Sequence[Picture]) -> None:
        """Show other pages, from the first."""
        self.show_images([image_of(page) for page in pages])

    def show_images(self, images: Sequence[QImage]) -> None:
        """The same for pictures that are images already."""
        self._pages.show_images(images)
        self.verticalScrollBar().setValue(0)

    @property
    def count(self) -> int:
        """How many pages are shown."""
        return len(self._pages.images)
