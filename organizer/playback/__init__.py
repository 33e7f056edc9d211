"""Playing what browsers do not: pieces of a video as fragmented MP4, and pictures of it for hovering.

``players`` is asked from outside. It hands work to processes of its own (``desk``), for files are foreign,
and keeps what they make in ``piece_cache``. In such a process ``looking`` decides how a file is served: its
pictures are copied (``copying``) or decoded (``pictures``) and coded anew (``converting``), its sound is
always (``sound``); ``muxing`` makes a piece of both. ``strip`` makes the pictures for hovering.
"""
