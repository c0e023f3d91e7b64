"""What a job title says of seniority, function and buying role, and by which of its words."""

from handraise.hygiene.titles.functions import FUNCTIONS
from handraise.hygiene.titles.reading import TitleReading, TitleWords, read_title
from handraise.hygiene.titles.seniority import SENIORITIES

__all__ = ["FUNCTIONS", "SENIORITIES", "TitleReading", "TitleWords", "read_title"]
