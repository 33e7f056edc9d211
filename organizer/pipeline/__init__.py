"""Joins the stages: folders -> videos -> frames -> features -> scores -> tags -> library."""
