from archscout.errors import listed, unknown_name


def test_lists_show_the_first_and_how_many_more_there_are():
    assert listed([]) == ""
    assert listed(["a", "b"]) == "a, b"
    assert listed(range(10), most=10) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert listed(range(5000), most=2) == "0, 1 and 4,998 more"
    assert listed(["x" * 1000]) == "x" * 57 + "..."


def test_unknown_names_get_a_short_message_however_many_are_known():
    known = [f"name{place}" for place in range(5000)]
    message = str(unknown_name("thing", "name4_999" + "x" * 5000, known))
    assert len(message) < 1000
    assert "and 4,960 more" in message
    assert "did you mean 'name4999'" in str(unknown_name("thing", "name4_999", known))
