"""Videos that are alike, by the features that are stored of them: ``Finder`` is the face of it.

``measure`` says what alike means; ``scenes`` and ``vectors`` make a few short vectors of a video, which
``vector_file`` and ``shelf`` keep in the cache folder, and ``index`` keeps up to date with the library;
``neighbours`` looks at the best of them closely.
"""
