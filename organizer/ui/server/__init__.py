"""The gallery's server: ``app`` puts it together and ``serve`` runs it.

``guard`` says who may talk to it, ``connections`` how many and for how long; ``media`` holds the routes for
posters and originals, which ``contained_file`` opens and ``file_response`` sends.
"""
