"""Text recognition for pages that are pictures: in a process of its own, offline, after the reading sandbox has drawn the page.

    complete(document, path)          scanned pages get words               ingestion.ocr.completing
    settle(extraction, document)      boxes and confidence after extraction  ingestion.ocr.placing
    shared_recogniser(), Recogniser   the process                            ingestion.ocr.recogniser
"""

from ingestion.ocr.completing import complete
from ingestion.ocr.placing import settle
from ingestion.ocr.recogniser import Recogniser, RecogniserLimits, shared_recogniser

__all__ = ["Recogniser", "RecogniserLimits", "complete", "settle", "shared_recogniser"]
