"""Conditions over HTTP: those of the documentation pass, those that could run or grow for ever do not."""

from __future__ import annotations

import pytest
from served import Client

from retriever.errors import FilterError
from retriever.serve.conditions import check_condition


@pytest.mark.parametrize(
    "where",
    [
        "label = 'chair' and vertices < 10000",
        "(faces < 5000 and not (colored))",
        "path like 'furniture/%' or label in ('chair', 'stool')",
        "extent[3] > 2 * extent[1]",
        "label is not distinct from 'sofa'",
        "lower(name) = 'select x from y; repeat(' or \"from\" = 'it''s'",
        "regexp_matches (path, '(a|b)+') and round(seconds::decimal(9, 2), 1) > 0.5e3",
        "case when (bytes > 1) then (true) else (false) end",
        "(" * 30 + "true" + ")" * 30,
        "label like'%e'and größe > 1.5e3 and \"ä\u200b\" = 'ß\u200b' and e = 'x'",
        "show = 'x' and cast(bytes as varchar) <> '5'",
        "id in (" + ", ".join(f"'{number:016x}'" for number in range(4_000)) + ")",
        "path ~ '.*chair.*' or path !~* 'x' and path not similar to '[a-z]{8}-([0-9]{4}-){3}.*' and (path ~ 'b')",
        "case when regexp_extract(path, '([^/]*)/', 1) = 'a' then name ilike '%a%' else path ~~ '%' || label end",
        "concat(label, ' of ', name) || path glob '*a*' and extent[1] + (extent)[2] > list_max(extent)",
    ],
)
def test_conditions_over_columns_pass(where: str):
    check_condition(where)


@pytest.mark.parametrize(
    "where",
    [
        "(select count(*) from range(100000) t(i), range(100000) u(j)) > 0",
        "exists(FROM items)",
        "exists (table items)",
        "bytes in (values (1))",
        "bytes in ((show tables))",
        "len(range(100000000 + bytes)) > 1",
        "length(repeat('x', 1000000000)) > 1",
        "length(\"repeat\"('x', 5)) > 1",
        "length(label.repeat (5)) > 1",
        "main.\n range(5) is null",
        "printf('%1000000000d', 1) = ''",
        "[y for y in [1, 2]] is null",
        "repeat\u200b('x', 5) = ''",
        "repeat\u00a0('x', 5) = ''",
        "5.repeat(3) = 1",
        "(" * 20 + "1",
        "(" * 31 + "true" + ")" * 31,
        "[" * 900 + "]" * 900 + " is null",
        "true) or (true",
        "label = '" + "a" * 100_000 + "'",
        "5repeat(3) = 1",
        "e'\\'' = 'repeat(''x'', 5) or length(' || repeat('x', 5) || ')'",
        "E'\\'' = 'repeat(''x'', 5) or length(' || repeat('x', 5) || ')'",
        "$$'$$ = label or repeat('x', 5) = '$$'",
        "true -- '\n and repeat('x', 5) = ''",
        "true /* ' */ and repeat('x', 5) = ' '",
        "error(current_setting('memory_limit'))",
        "exists(select * from duckdb_settings())",
        "getenv('HOME') = ''",
        "'open",
        "not(\"repeat\"('x', 5) = label)",
        "main.not(1)",
        "regexp_matches(id, '((a?){30}){20}bN' || left(id, 0))",
        "\"regexp_full_match\"(id, lower('a'))",
        "regexp_extract(id, id) = ''",
        "id.regexp_matches(path)",
        "id ~ path",
        "id !~* ('a' || id)",
        "id ~ 'a' || path",
        "id similar to left(id, 3)",
        "regexp_matches(id, '(((.?)(.?)){30}){30}')",
        "regexp_matches(id, '(\\pL?){200}x')",
        " or ".join(["id ~ '[a-z]{90}'"] * 20),
        "length(id" + "||id" * 9 + ") > 1",
        "length(concat(id" + ", id" * 9 + ")) > 1",
        "length(id || '" + "a" * 2_000 + "') > 1",
        "label = '" + "a" * 1_001 + "'",
        " or ".join(["lower(label) = 'a'"] * 90),
        "length([[['it''s']::varchar]::varchar]::varchar) > 1",
        "length(((('it''s', 1)::varchar, 1)::varchar, 1)::varchar) > 1",
        "length({'a': id}::varchar) > 1",
        "array[id]::varchar = ''",
        "label in ['a', 'b']",
        "label.decimal(3) = 1",
    ],
)
def test_what_may_run_or_grow_for_ever_does_not(where: str):
    with pytest.raises(FilterError, match="over HTTP"):
        check_condition(where)


def test_both_filters_and_terms_are_looked_at(client: Client):
    subquery = "bytes in (select bytes from items)"
    asked = (
        {"q": "tower", "where": subquery},
        {"q": f'mean(text:a, where("{subquery}"))'},
        {"q": f'where("{subquery}")'},
    )
    for keywords in asked:
        reply = client.search(**keywords)
        assert reply.status == 400 and "SELECT is not taken over HTTP" in reply.error
    assert client.search("tower", where="bytes > 1 and lower(path) like '%.obj'").json["count"] == 1
    assert client.search('text:tower + where("bytes > 1")').status == 200
