"""Brackets: Tcl's own shell is the oracle for lists, strings, numbers and patterns; all else is refused."""

import shutil
import subprocess
import time
from datetime import UTC, datetime

import pytest

from faceplate.errors import ScriptError
from faceplate.graph.knobs.tcl import Tcl
from faceplate.graph.knobs.tcl_commands import commands
from faceplate.graph.knobs.tcl_lists import glob_matches
from faceplate.graph.knobs.tcl_patterns import compiled

tclsh = pytest.mark.skipif(shutil.which("tclsh") is None, reason="the oracle tclsh is not installed")


class Nowhere:
    """A host that knows nothing: pure commands may not ask it."""

    def __getattr__(self, name):
        msg = f"a pure command asked for {name}"
        raise AssertionError(msg)


def result(text):
    return Tcl(Nowhere(), commands).substituted(text)


PURE = [
    "[concat a {b c} { d } {}]",
    "[expr {int(5/2)}]",
    "[expr {5/2.0}]",
    "[expr {7 % 3}]",
    "[expr {-7 % 3}]",
    "[expr {-7/2}]",
    "[expr {2**10}]",
    "[expr 1+2*3]",
    "[expr {(1+2)*3}]",
    "[expr {2**-1}]",
    "[expr {2.0**-1}]",
    "[expr {-2**2}]",
    "[expr {2**3**2}]",
    "[expr {1 < 2 && 3 >= 3 || 0}]",
    "[expr {1 ? 5 : 6}]",
    "[expr {0 ? 5 : 1 ? 7 : 8}]",
    '[expr {"abc" eq "abc"}]',
    '[expr {"a" ne "b"}]',
    '[expr {"abc" < "abd"}]',
    '[expr {"10" == "10.0"}]',
    '[expr {{a} == "a"}]',
    "[expr {0x1F}]",
    "[expr 010+1]",
    "[expr {1e3}]",
    "[expr {1.5e-7}]",
    "[expr {1e20}]",
    "[expr {3.0}]",
    "[expr {1/3.0}]",
    "[expr {!0}]",
    "[expr {~5}]",
    "[expr {6 & 3}]",
    "[expr {6 | 1}]",
    "[expr {6 ^ 3}]",
    "[expr {1 << 4}]",
    "[expr {-16 >> 2}]",
    "[expr {abs(-3)}]",
    "[expr {round(2.5)}]",
    "[expr {round(-2.5)}]",
    "[expr {floor(2.7)}]",
    "[expr {ceil(2.1)}]",
    "[expr {double(3)}]",
    "[expr {max(1, 5, 3)}]",
    "[expr {min(4, 2.5)}]",
    "[expr {sqrt(16)}]",
    "[expr {pow(2, 3)}]",
    "[expr {fmod(7, 3)}]",
    "[expr {hypot(3, 4)}]",
    "[expr {int(3.9)}]",
    "[expr {atan2(1, 2)}]",
    "[expr {exp(1)}]",
    "[expr {true && yes}]",
    "[expr {1.0/0}]",
    "[file tail /a/b/c.exr]",
    "[file tail c.exr]",
    "[file tail /a/b/]",
    "[file tail /]",
    "[file dirname /a/b/c.exr]",
    "[file dirname /a]",
    "[file dirname a]",
    "[file dirname /a/b/]",
    "[file dirname a/b]",
    "[file rootname /a/b.c/d.0001.exr]",
    "[file rootname /a/b.c/d]",
    "[file rootname a.b]",
    "[file extension a.b.c]",
    "[file extension /a.b/c]",
    "[file extension .x]",
    "[file join a b c]",
    "[file join a /b c]",
    "[file join a/ b]",
    "[file split /a/b/c]",
    "[file split a/b]",
    "[format %04d 7]",
    "[format %5.2f 3.14159]",
    "[format %-5s| ab]",
    "[format %x 255]",
    "[format %08.3f -2.5]",
    "[format %+d 3]",
    "[format {%s and %s} a b]",
    "[format %% ]",
    "[format %c 65]",
    "[format %e 12345.678]",
    "[format %g 0.0001]",
    "[format %i 12]",
    "[format %o 8]",
    "[format %.2s abc]",
    "[format {% d} 5]",
    "[format %X 255]",
    "[format %d 010]",
    "[join {a b c} -]",
    "[join {a {b c}}]",
    "[join {} x]",
    "[lindex {a b c} 1]",
    "[lindex {a b c} end]",
    "[lindex {a b c} end-1]",
    "[lindex {a b c} 9]",
    "[lindex {{a b} c} 0 1]",
    "[lindex {a b}]",
    "[linsert {a b c} 1 x y]",
    "[linsert {a b} end z]",
    "[list a {b c} {} {d\te} x]",
    "[llength {a {b c} d}]",
    '[list {a b} c\\}d \\\\ {[x]} {$y} {"} {;} #a {a\\ b}]',
    "[lrange {a b c d} 1 2]",
    "[lrange {a b c d} end-1 end]",
    "[lrange {a b} 2 5]",
    "[lrange {a {b c} d} 1 1]",
    "[lreplace {a b c d} 1 2 x]",
    "[lreverse {a b c}]",
    "[lsort {b a c}]",
    "[lsort -integer -decreasing {10 9 100}]",
    "[lsort -unique {b a b}]",
    "[lsort -real {2.5 1e1 -3}]",
    "[lsort -nocase {b A c}]",
    "[lsearch {a b c} b]",
    "[lsearch {a b c} x]",
    "[lsearch -glob {one two three} t*]",
    "[lsearch -exact {a* ab} a*]",
    "[lsearch -all -inline {one two three} t*]",
    "[lsearch -regexp {a1 b2} {b\\d}]",
    "[lsearch -not {a a b} a]",
    "[lsearch -inline {a.x b.y} *.y]",
    "[regexp {a+} baaa]",
    "[regexp -inline {(\\w+)_v(\\d+)} shot_v012.nk]",
    "[regexp -nocase ABC xabcx]",
    "[regexp -all a banana]",
    "[regexp -inline -all {[0-9]+} a1b22c333]",
    "[regexp {^a.c$} abc]",
    "[regexp {^a.c$} abcd]",
    "[regexp -inline {x} abc]",
    "[regexp -inline {a|ab} abc]",
    "[regexp -inline {(a|ab)(c|bcd)} abcd]",
    "[regexp -inline {a*?b} aaab]",
    "[regexp -inline {<.+?>} {<a><b>}]",
    "[regexp -inline {a{2,3}} aaaa]",
    "[regexp {\\yb} {a b}]",
    "[regexp {\\mfoo\\M} {a foo b}]",
    "[regexp {[[:alpha:]]+\\d} ab1]",
    "[regexp {[^a-c]} abcd]",
    "[regexp -inline {(?:ab)+(c)?} ababd]",
    "[regexp -inline {v[0-9]+} /a/b_v013.nk]",
    "[regexp {a\\.b} a.b]",
    "[regexp -inline {_v[0-9]{3}} x_v012_]",
    "[regsub a banana X]",
    "[regsub -all a banana X]",
    "[regsub -all {(\\w)(\\d)} a1b2 {\\2\\1}]",
    "[regsub -nocase -all B abab &&]",
    "[regsub -all x* abc -]",
    "[regsub {$} abc d]",
    "[regsub -all {^} abc d]",
    "[regsub -all (a|b_)(c_)? b_c_x {}]",
    "[split a/b/c /]",
    "[split {a b  c}]",
    "[split abc {}]",
    "[split {} x]",
    "[split a.b,c .,]",
    "[split /a/ /]",
    "[string tolower AbC]",
    "[string toupper abc]",
    "[string totitle aBC]",
    "[string length héllo]",
    "[string index abc 1]",
    "[string index abc end]",
    "[string range abcdef 1 3]",
    "[string range abcdef 2 end]",
    "[string range abc end-1 end]",
    "[string range abc 2 1]",
    "[string range abc 0 end-1]",
    "[string map {a 1 b 2} abcab]",
    "[string map {abc 1 ab 2 a 3} ababcaba]",
    "[string map -nocase {A x} aAb]",
    "[string map {{} x} abc]",
    "[string match *.exr a.exr]",
    "[string match a?c abc]",
    "[string match {[a-c]x} bx]",
    "[string match -nocase ABC abc]",
    "[string match a* b]",
    "[string match {\\*} *]",
    "[string trim {  a b }]",
    "[string trimleft xxaxx x]",
    "[string trimright xxaxx x]",
    "[string trim a.b.a .a]",
    "[string repeat ab 3]",
    "[string replace abcdef 1 3 X]",
    "[string replace abc 1 0]",
    "[string reverse abc]",
    "[string first a banana]",
    "[string last a banana]",
    "[string first a banana 2]",
    "[string first z abc]",
    "[string equal a a]",
    "[string equal -nocase A a]",
    "[string compare a b]",
    "[string is integer 12]",
    "[string is alpha a1]",
    "[string is integer {}]",
    "[string is integer -strict {}]",
    "[string is double 1.5]",
    "[string cat a b c]",
    "[if {1 > 2} {return a} else {return b}]",
    "[if {1} then {return x}]",
    "[if {0} {return x} elseif {1} {return y} {return z}]",
    "[if 0 {return x}]|[if {1} {return [string toupper a]}]",
    'a[string length "b c"]d [lindex "a [string toupper b] c" 1] [concat "a\\tb" {a\\tb}]',
    "[join [lrange [split [file dirname /a/b/c/d.nk] /] 0 end-1] /]",
    "[lindex [split [lindex [split shot_010_v3.nk .] 0] _] end]",
    "[string range [lindex [split a.0012.exr .] 1] 0 1]",
    "[return 5]",
    "[regsub -all {.*} abc <&>]",
    "[regsub -all {.?} ab <&>]",
    "[regsub -all {a*a?} baa <&>]",
    "[regexp -all {a*} baa]",
    "[regexp -all {.*} abc]",
    '[split {"q r" a]b x} { }]',
]


def tcl_results(texts):
    """What Tcl's shell makes of the brackets in texts, which travel as hexadecimal so that nothing else reads them."""
    codes = [f"[encoding convertfrom utf-8 [binary decode hex {text.encode().hex()}]]" for text in texts]
    lines = [f"puts -nonewline [subst -nobackslashes -novariables {code}]; puts -nonewline \\x01" for code in codes]
    script = "\n".join(["fconfigure stdout -encoding utf-8 -translation lf", *lines, ""])
    shell = [shutil.which("tclsh"), "/dev/stdin"]
    ran = subprocess.run(shell, input=script.encode(), capture_output=True, timeout=60, check=False)
    assert not ran.stderr, ran.stderr
    return ran.stdout.decode().split("\x01")[:-1]


@tclsh
def test_pure_commands_give_what_tcl_gives():
    texts = [text for text in PURE if "return" not in text]
    assert [result(text) for text in texts] == tcl_results(texts)


def test_bodies_of_if_give_what_they_return():
    texts = [text for text in PURE if "return" in text]
    assert [result(text) for text in texts] == ["b", "x", "y", "|A", "5"]


def test_texts_without_brackets_stand_as_they_are():
    for text in ("a $b {c} \\d %04d", "", "C:/x/y.####.exr", "50% \\n"):
        assert result(text) == text


def test_brackets_behind_backslashes_are_brackets():
    assert result("a\\[b\\]") == "a[b]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[exec ls]", "came 'exec'"),
        ("[open /etc/passwd]", "came 'open'"),
        ("[source x.tcl]", "came 'source'"),
        ("[eval {exec ls}]", "came 'eval'"),
        ("[file exists /etc/passwd]", "may not ask for what is on disk"),
        ("[file delete x]", "may not ask for what is on disk"),
        ("[glob *]", "came 'glob'"),
        ("[getenv HOME]", "came 'getenv'"),
        ("[set a 5]", "came 'set'"),
        ("[proc a {} {}]", "came 'proc'"),
        ("[while 1 {}]", "came 'while'"),
        ("[string length $env(HOME)]", "Tcl without variables"),
        ("[expr {$a + 1}]", "Tcl without variables"),
        ("[regexp a b c]", "use -inline"),
        ("[regsub a b c d]", "leave the variable out"),
        ("[sample this red 1 1]", "came 'sample'"),
        ("[string wordend a 0]", "expected one of: string cat"),
        ("[knob size 5]", "came 'knob'"),
        ("[string length a", "expected a closing bracket"),
        ("[string length {a]", "expected a closing brace"),
        ('[string length "a]', "expected a closing quote"),
        ("[string length {a}b]", "expected a space after a word"),
        ("[lindex {a {b} 0]", "expected a closing brace"),
        ("[lindex a x]", "expected an index"),
        ("[string length]", "expected 2 or more words"),
        ("[expr {1/0}]", "expected a divisor"),
        ("[expr {1 +}]", "came its end"),
        ("[expr {abc}]", "a text in quotes or braces"),
        ("[expr {rand()}]", "not rand"),
        ("[expr {sqrt(-1)}]", "inside the range of sqrt"),
        ("[expr 08+1]", "came"),
        ("[format %d x]", "expected a whole number"),
        ("[format %d]", "expected a value for each field"),
        ("[format %99999d 1]", "expected a value for each field"),
        ("[lsort -dictionary {a b}]", "-ascii, -integer or -real"),
        ("[lsort -integer {a b}]", "a number to sort by"),
        ("[regexp {(a} b]", "expected a closing bracket"),
        ("[regexp {a)} b]", "matching brackets"),
        ("[regexp {(a)\\1} aa]", "without back references"),
        ("[regexp {a(?=b)} ab]", "without lookahead"),
        ("[regexp {[a} b]", "closing \\] of a set"),
        ("[regexp *a b]", "something to repeat"),
        ("[string map {a} b]", "pairs of old and new"),
        ("[if {abc} {return 1}]", "came"),
    ],
)
def test_all_else_is_refused_by_name(text, words):
    with pytest.raises(ScriptError, match=words):
        result(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[concat " * 50 + "]" * 50,
        "[expr {" + "(" * 5000 + "1" + ")" * 5000 + "}]",
        "[expr {9**9**9}]",
        "[expr {1 << 99999999}]",
        "[expr {99999999999999999999 ** 99999}]",
        "[string repeat a 999999999]",
        "[string repeat [string repeat a 90000] 9]",
        "[regexp {(a{50}){50}} a]",
        "[regexp {" + "(" * 200 + "} a]",
        "[if 1 {if 1 {" * 30 + "}}" * 30 + "]",
        "[" + "concat a;" * 5000 + "]",
        "[expr {" + "1+" * 3000 + "}]",
        "[lindex {" + "{" * 5000 + "}" * 5000 + "} 0]",
    ],
)
def test_hostile_texts_are_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(ScriptError):
        result(text)
    assert time.perf_counter() - start < 3


def test_patterns_that_ruin_backtracking_are_quick():
    start = time.perf_counter()
    assert result("[regexp {^(a+)+$} " + "a" * 200 + "b]") == "0"
    assert result("[regexp {(a|aa)*c} " + "a" * 500 + "]") == "0"
    assert not glob_matches("*a" * 50, "a" * 49 + "b" * 500)
    assert time.perf_counter() - start < 5


def test_a_search_that_would_take_too_long_is_refused():
    with pytest.raises(ScriptError, match="quick to match"):
        compiled("a{0,50}" * 5 + "b").search("a" * 4000)
    with pytest.raises(ScriptError, match="at most 4000 characters"):
        compiled("a").search("a" * 4001)


class Clock(Nowhere):
    def date(self, layout):
        return datetime(2024, 3, 9, 8, 7, 6, tzinfo=UTC).strftime(layout)


def test_the_date_is_that_of_the_render():
    assert Tcl(Clock(), commands).substituted("[date %Y-%m-%d]") == "2024-03-09"
