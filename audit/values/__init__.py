"""Value types, one a file: `clean`, `validate`, `compare` over whole columns; "valid" means one thing everywhere.

All functions take a Series (text unless said otherwise) and return a Series or an array aligned with it. Blank in is
blank out (False in a boolean array, NaN in a float array). No text makes them raise.
"""
