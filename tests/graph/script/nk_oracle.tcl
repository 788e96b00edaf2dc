# Reads scripts with Tcl itself: an interpreter that has none of its commands left but `set`, and those a script is made of.
# Each file of the command line gives lines of hexadecimal UTF-8 words, ended by `end` or `error`.

proc hex {words} {
    set shown {}
    foreach word $words {lappend shown "x[binary encode hex [encoding convertto utf-8 $word]]"}
    return $shown
}

proc say {kind words} {lappend ::said "$kind [join [hex $words]]"}

proc stack {depth} {
    if {$depth >= [llength $::stack]} {return 0}
    return [lindex $::stack end-$depth]
}

proc pop {count} {
    set taken {}
    for {set slot 0} {$slot < $count} {incr slot} {
        lappend taken [stack 0]
        set ::stack [lrange $::stack 0 end-1]
    }
    return $taken
}

proc add {class original body opens} {
    if {[llength $body] % 2} {error "odd body of $class"}
    set count 1
    foreach {name value} $body {if {$name eq "inputs"} {set count [expr [string map {+ " + "} $value]]}}
    set inputs [pop $count]
    set parent [lindex $::groups end 0]
    say node [list $class $parent $original $inputs {*}$body]
    set token "node:[incr ::count]"
    set ::classes($token) $class
    set ::firsts($token) [expr {$original eq "" ? $token : $original}]
    lappend ::stack $token
    if {$opens} {
        lappend ::groups [list $token $::stack]
        set ::stack {}
    }
}

proc node {class args} {
    if {[llength $args] != 1} {error "no node: $class $args"}
    add $class "" [lindex $args 0] [expr {$class in {Group Gizmo LiveGroup VariableGroup}}]
}

proc clone {key args} {
    if {[llength $args] == 1} {
        if {![info exists ::firsts($key)]} {error "clone of nothing"}
        add $::classes($key) $::firsts($key) [lindex $args 0] 0
        return
    }
    lassign $args class body
    set opens [expr {$class in {Group Gizmo LiveGroup VariableGroup}}]
    set original ""
    if {[info exists ::keys($key)]} {set original $::firsts($::keys($key))} else {set ::keys($key) "node:[expr {$::count + 1}]"}
    add $class $original $body $opens
}

proc end_group {} {
    if {![llength $::groups]} return
    set ::stack [lindex $::groups end 1]
    set ::groups [lrange $::groups 0 end-1]
}

proc push {token} {lappend ::stack [expr {[info exists ::classes($token)] ? $token : 0}]}
proc version {args} {say version [list [join $args " "]]}
proc add_layer {words} {say layer $words}
proc layout {text} {say layout [list $text]}
proc root {body} {
    if {[llength $body] % 2} {error "odd body of Root"}
    say root $body
}

proc run {text undefined} {
    set ::said {}
    set ::stack {}
    set ::groups {}
    set ::count -1
    foreach array {classes firsts keys} {
        array unset ::$array
        array set ::$array {}
    }
    set child [interp create -safe]
    foreach command [interp eval $child {info commands}] {
        if {$command ne "set"} {interp hide $child $command}
    }
    foreach {name target} {
        stack stack push push version version add_layer add_layer clone clone end_group end_group Root root
        define_window_layout_xml layout unknown node
    } {interp alias $child $name {} $target}
    foreach name $undefined {interp eval $child [list set $name 0]}
    set failed [catch {interp eval $child $text} message]
    interp delete $child
    if {$failed && [regexp {^can't read "([^"]+)": no such variable$} $message -> name] && $name ni $undefined} {
        return [run $text [concat $undefined [list $name]]]
    }
    if {$failed} {set ::said [list "error [hex [list $message]]"]} else {lappend ::said end}
}

proc content {path} {
    set file [open $path]
    fconfigure $file -encoding utf-8 -translation lf -eofchar {}
    set text [read $file]
    close $file
    return $text
}

fconfigure stdout -encoding utf-8 -translation lf
if {[lindex $argv 0] eq "--lists"} {
    # A file of lists, one a line in hexadecimal UTF-8.
    foreach line [split [string trim [content [lindex $argv 1]] "\n"] "\n"] {
        set text [encoding convertfrom utf-8 [binary decode hex $line]]
        puts [expr {[catch {lrange $text 0 end} words] ? "error" : "list [hex $words]"}]
    }
    exit
}
foreach path $argv {
    run [content $path] {}
    puts [join $said "\n"]
}
