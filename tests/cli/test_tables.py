from organizer.cli.tables import new_table, print_laid_out


def test_a_table_in_a_pipe_has_no_blanks_at_the_ends_of_its_lines(capsys):
    table = new_table("label", ("videos", "AP"))
    table.add_row("[red]Animal", "1,234", "0.5")
    table.add_row("Food", "7", "")
    print_laid_out(table)
    print_laid_out()
    assert capsys.readouterr().out == (
        "label        videos   AP\n[red]Animal   1,234  0.5\nFood              7\n\n"
    )


def test_words_are_broken_at_80_columns(capsys):
    print_laid_out("word " * 30)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["word"] * 16, ["word"] * 14]
