     1	"""What it costs to send a parcel."""
     2	
     3	from __future__ import annotations
     4	
     5	from decimal import Decimal
     6	
     7	FREE_FROM = Decimal("35.00")
     8	GRAMS_PER_COPY = 320
     9	
    10	# Upper limit in grams, price at home, price abroad.
    11	BANDS = [
    12	    (750, Decimal("2.95"), Decimal("7.50")),
    13	    (2000, Decimal("4.40"), Decimal("13.20")),
    14	    (10000, Decimal("7.10"), Decimal("28.00")),
    15	]
    16	
    17	
    18	class TooHeavy(ValueError):
    19	    """No carrier takes this parcel."""
    20	
    21	
    22	def weight(copies: int) -> int:
    23	    return copies * GRAMS_PER_COPY
    24	
    25	
    26	def postage(copies: int, total: Decimal, *, abroad: bool = False) -> Decimal:
    27	    if copies == 0:
    28	        return Decimal(0)
    29	    if total >= FREE_FROM and not abroad:
    30	        return Decimal(0)
    31	    for limit, home, away in BANDS:
    32	        if weight(copies) <= limit:
    33	            return away if abroad else home
    34	    raise TooHeavy(f"{weight(copies)} g")
