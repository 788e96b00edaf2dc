"""Scripts written by hand and at random that hold every construct of the format."""

from faceplate.graph.script.quoting import fits_braces, quoted

EVERY_CONSTRUCT = r"""#! C:/Program Files/Host/host-14.0.5.dll -nx
#write_info Write1 file:"out.%04d.exr" format:"2048 1556 1" views:"main"
version 13.2 v4
define_window_layout_xml {<?xml version="1.0" encoding="UTF-8"?>
<layout version="1.0">
    <window screen="0"/>
</layout>
}
Root {
 inputs 0
 name "C:/my shots/s010.nk"
 format "1920 1080 0 0 1920 1080 1 HD_1080"
 project_directory "\[python \{nuke.script_directory()\}]"
 views {{main ""}
  {left #ff0000}}
}
add_layer {pos pos.red pos.green pos.blue pos.alpha}
Read {
 inputs 0
 file plate.####.exr
 first 1001
 name Read1
 xpos -40
}
set N491eac00 [stack 0]
Blur {
 size {{"parent.size > 1 ? \[value k] : 0" i x428 1}}
 label "a \"word\", a \\, a \t tab,\na line \r \x41\u00e9\101 \{ \} \[ \$ # ;"
 name Blur1
}
set C5c63600 [stack 0]
push $N491eac00
push 0
Merge2 {
 inputs 2+1
 "standard layer name format" true
 midtones.saturation 2
 name Merge1
}
Group {
 inputs 2
 name Group1
 addUserKnob {20 User l "A tab" t "with \"quotes\""}
 addUserKnob {4 mode M {a b ""}}
 addUserKnob {26 ""}
 mode b
}
 Input {
  inputs 0
  name Input1
 }
 Input {
  inputs 0
  name Input2
  number 1
 }
 add_layer {depth depth.Z}
 VariableGroup {
  name Inner
 }
  Input {
   inputs 0
  }
  Output {
   name Output1
  }
 end_group
set N7 [stack 0]
push $N7
 Output {
  inputs 1
  name Output1
 }
end_group
clone $C5c63600 {
 inputs 1
 xpos 10
 selected false
}
clone node1f4784880|FrameHold|4288 FrameHold {
 first_frame 12
}
clone node1f4784880|FrameHold|4288 FrameHold {
 first_frame 12
 xpos 4
}
MyGizmo.gizmo {
 name {}
 lut {master {curve C x0 0}
   red {}}
}
OFXuk.co.thefoundry.keylight.keylight_v201 {
}
Viewer {
 inputs 6
 name Viewer1
}
"""

# Each is a script of its own: what hands, other programs and old versions write.
ODD_BUT_READABLE = [
    "",
    "\n\n  ; ;;\n",
    "# only a comment",
    "# a comment that \\\ngoes on\nBlur {}",
    "Blur {size 5}; Grade {}; # after a semicolon\n",
    "   Blur   {size 5}\t\n\r\nGrade\t{}",
    "Blur {}\npush $nowhere\nGrade {}\n",
    "set cut_paste_input [stack 0]\nversion 12.0 v8\npush $cut_paste_input\nGroup {}\n Input {inputs 0}\nend_group\n",
    "Group {\n}\nInput {\n inputs 0\n}\n",
    "end_group\nBlur {}\n",
    "Gizmo {\n inputs 2\n}\nend_group\n",
    'Blur "size 5 label \\"a b\\""',
    "Blur size\\ 5",
    "Blur {size\\\n   5}",
    "Blur \\\n  {size 5}",
    'Blur {label "a\\\n   b"}',
    "Blur {label {a\\\n   b}}",
    "Blur {label a\\ b name \\x42\\n}",
    "Blur {label {\\{}}",
    'Blur {a"b c{d} ef" x}',
    'Blur {# comment ; x "#" {;}}',
    "Blur {inputs 0 inputs 2}",
    "Blur {}\nset a [stack 0]\nset b $a\nGrade {inputs 0}\npush ${b}\npush [stack 1]\nMerge2 {inputs 3}",
    "Blur {}\nset a [stack 5]\npush $a\npush 7\npush {}\nMerge2 {inputs 3}",
    'add_layer {}\nadd_layer {a}\nadd_layer "a a.red {a.a b}"',
    "version 13.2 v4\nversion {14.0 v1}\n",
    "Root {fps 24}\nRoot {fps 25}\n",
    'Blur {name 模糊 label "é\u3000x\u00a0y\u2028z"}',
    "模糊 {name x}",
    '{Blur} {size 5}\n"Grade" "gamma 2"',
    "clone K Group {}\n Input {inputs 0}\nend_group\nclone K Group {}\n Dot {}\nend_group\nDot {inputs 2}",
    "Blur {x \\400 y \\777 z \\8 u \\u12345 w \\U1F4 v \\xg q \\q}",
    "Blur {x " + "{" * 40 + "a" + "}" * 40 + " y 2 z {b c}}",
    "Blur {\vsize\f5\r}",
    "Merge2 {inputs { 2+1 }}",
]


def random_script(rng):
    """A script with groups, variables, clones and values of all kinds; every variable is set before it is used."""
    lines, depth, variables, originals = [], 0, [], []
    for number in range(rng.randint(1, 40)):
        action = rng.random()
        if action < 0.12 and variables:
            lines.append(f"push ${rng.choice(variables)}")
        elif action < 0.17:
            lines.append("push 0")
        elif action < 0.22 and originals:
            lines.append(f"clone ${rng.choice(originals)} {{{_body(rng)}}}")
        elif action < 0.3:
            lines.append(f"Group {{{_body(rng)}}}")
            depth += 1
        elif action < 0.38 and depth:
            lines.append("end_group")
            depth -= 1
        else:
            lines.append(f"{rng.choice(['Blur', 'Merge2', 'a.b', 'Dot'])} {{{_body(rng)}}}")
            if rng.random() < 0.4:
                variables.append(f"N{number}")
                originals += [f"N{number}"] if depth == 0 else []
                lines.append(f"set N{number} [stack 0]")
        lines += ["# note"] if rng.random() < 0.05 else []
    return "\n".join([*lines, *["end_group"] * depth]) + "\n"


def _body(rng):
    words = [_shown(random_value(rng), rng) for _ in range(2 * rng.randint(0, 4))]
    inputs = rng.choice(["", "", "inputs 0", "inputs 2", "inputs 1+1", "inputs 3"])
    return rng.choice([" ", "\n "]).join(["", inputs, *words, ""])


def random_value(rng):
    """Text with much in it that means something to Tcl."""
    return "".join(rng.choice('ab1 {}"\\[]$;#\n\t\ré模\x01') for _ in range(rng.randint(0, 8)))


def _shown(value, rng):
    if fits_braces(value) and rng.random() < 0.5:
        return f"{{{value}}}"
    return quoted(value)
