"""What runs inside a box, and the stream to it. These files import nothing else of the engine.

Inside they are loaded by path, as the package ``_tenfold``, so that the rest of the kit need not be there.
"""
