"""What is true of the data by a person's check of a random sample; kept apart from the rules' score."""

from audit.verification.estimate import estimate
from audit.verification.intervals import stratified_wilson, wilson
from audit.verification.population import Population, draw, population

__all__ = ["Population", "draw", "estimate", "population", "stratified_wilson", "wilson"]
