//! Documents on which the edge and Python agree, and those on which they do not, each with the reason.

/// Documents on which the edge and Python must agree, whether it is that they are read or that they are refused.
pub const AGREED: &[&str] = &[
    // Names.
    r#"{"scalars":{"anInt32":1,"a_string":"x"}}"#,
    r#"{"strange_NAME":"a"}"#,
    r#"{"aNameOfItsOwn":"a"}"#,
    r#"{"strangeNAME":"a"}"#,
    r#"{"scalars":{"AnInt32":1}}"#,
    r#"{"last":"a","last":"b"}"#,
    r#"{"scalars":{"an_int32":1,"an_int32":1}}"#,
    r#"{"":1}"#,
    // null.
    r#"{"last":null,"scalars":null,"lists":{"strings":null},"maps":{"strings":null},"more":null}"#,
    r#"{"known":{"null":null,"value":null,"list":null,"object":null,"an_int32":null,"time":null,"any":null}}"#,
    r#"{"lists":{"strings":[null]}}"#,
    r#"{"lists":{"scalars":[null]}}"#,
    r#"{"lists":{"wrapped":[null]}}"#,
    r#"{"lists":{"values":[null,1,[],{"a":null}]}}"#,
    r#"{"maps":{"strings":{"a":null}}}"#,
    r#"{"maps":{"scalars":{"true":null}}}"#,
    r#"{"maps":{"values":{"a":null}}}"#,
    r#"{"maps":{"wrapped":{"a":null}}}"#,
    "null",
    // Integers.
    r#"{"scalars":{"an_int32":2147483647,"a_sint32":-2147483648,"a_uint32":4294967295}}"#,
    r#"{"scalars":{"an_int32":2147483648}}"#,
    r#"{"scalars":{"a_uint32":-1}}"#,
    r#"{"scalars":{"an_int32":"12","a_uint32":"1e2","an_int64":"1.0"}}"#,
    r#"{"scalars":{"an_int32":1e2,"a_sint32":5.0,"a_fixed32":100e-2}}"#,
    r#"{"scalars":{"an_int32":1.5}}"#,
    r#"{"scalars":{"an_int32":"1.5"}}"#,
    r#"{"scalars":{"an_int32":""}}"#,
    r#"{"scalars":{"an_int32":"x"}}"#,
    r#"{"scalars":{"an_int32":true}}"#,
    r#"{"scalars":{"an_int32":[1]}}"#,
    r#"{"scalars":{"an_int64":9223372036854775807,"a_uint64":"18446744073709551615"}}"#,
    r#"{"scalars":{"an_int64":"-9223372036854775808"}}"#,
    r#"{"scalars":{"an_int64":"9223372036854775808"}}"#,
    r#"{"scalars":{"a_uint64":-1}}"#,
    r#"{"scalars":{"an_int32":-0}}"#,
    r#"{"scalars":{"an_int32":01}}"#,
    r#"{"scalars":{"an_int32":0x1}}"#,
    // Reals.
    r#"{"scalars":{"a_double":1e308,"a_float":3.4e38}}"#,
    r#"{"scalars":{"a_double":"NaN","a_float":"-Infinity"}}"#,
    r#"{"scalars":{"a_double":"1.5","a_float":"-2"}}"#,
    r#"{"scalars":{"a_double":-0.0,"a_float":"-0.0"}}"#,
    r#"{"scalars":{"a_double":5e-324,"a_float":1e-45}}"#,
    r#"{"scalars":{"a_double":1e400}}"#,
    r#"{"scalars":{"a_float":3.5e38}}"#,
    r#"{"scalars":{"a_double":NaN}}"#,
    r#"{"scalars":{"a_double":Infinity}}"#,
    r#"{"scalars":{"a_double":"nan"}}"#,
    r#"{"scalars":{"a_double":""}}"#,
    r#"{"scalars":{"a_double":.5}}"#,
    r#"{"scalars":{"a_double":1.}}"#,
    // The others.
    r#"{"scalars":{"a_bool":true}}"#,
    r#"{"scalars":{"a_bool":"true"}}"#,
    r#"{"scalars":{"a_bool":1}}"#,
    r#"{"scalars":{"a_string":1}}"#,
    r#"{"scalars":{"a_string":"\ud83d\ude00\u0000\b\f\n\r\t\/"}}"#,
    r#"{"scalars":{"a_string":"\ud83d"}}"#,
    r#"{"scalars":{"a_string":"\ude00\ud83d"}}"#,
    r#"{"scalars":{"a_string":"\x"}}"#,
    r#"{"scalars":{"a_string":'a'}}"#,
    r#"{"scalars":{"some_bytes":"+/8="}}"#,
    r#"{"scalars":{"some_bytes":"-_8"}}"#,
    r#"{"scalars":{"some_bytes":"_"}}"#,
    r#"{"scalars":{"some_bytes":""}}"#,
    r#"{"scalars":{"a_color":"RED"}}"#,
    r#"{"scalars":{"a_color":77}}"#,
    r#"{"scalars":{"a_color":-1}}"#,
    r#"{"scalars":{"a_color":2147483648}}"#,
    r#"{"scalars":{"a_color":"PINK"}}"#,
    r#"{"scalars":{"a_color":""}}"#,
    r#"{"scalars":{"a_color":[]}}"#,
    r#"{"legacy":{"alias":"ALSO_FIRST","shade":"LIGHT"}}"#,
    r#"{"legacy":{"one":{"two":{"texts":["a"]}},"many":[{"yes":true}],"right":{"big":"5"}}}"#,
    r#"{"legacy":{"needs":{}}}"#,
    // Lists, maps and oneofs.
    r#"{"lists":{"int32s":[1,"2",3.0]}}"#,
    r#"{"lists":{"int32s":{}}}"#,
    r#"{"lists":{"int32s":1}}"#,
    r#"{"lists":{"int32s":[[1]]}}"#,
    r#"{"maps":{"strings":[]}}"#,
    r#"{"maps":{"numbers":{"1":"2","-5":3},"doubles":{"18446744073709551615":1}}}"#,
    r#"{"maps":{"numbers":{"2147483648":"2"}}}"#,
    r#"{"maps":{"numbers":{"x":"2"}}}"#,
    r#"{"maps":{"numbers":{"":"2"}}}"#,
    r#"{"maps":{"scalars":{"true":{},"false":{}}}}"#,
    r#"{"maps":{"scalars":{"1":{}}}}"#,
    r#"{"maps":{"strings":{"a":"b","a":"c"}}}"#,
    r#"{"optionals":{"text":"a","number":1}}"#,
    r#"{"optionals":{"text":"a","number":null}}"#,
    r#"{"optionals":{"text":null,"number":1}}"#,
    r#"{"optionals":{"nothing":null}}"#,
    r#"{"optionals":{"nothing":"NULL_VALUE"}}"#,
    r#"{"optionals":{"anything":null}}"#,
    r#"{"optionals":{"wrapped":""}}"#,
    // Times.
    r#"{"known":{"time":"2026-01-31T09:30:00Z"}}"#,
    r#"{"known":{"time":"2026-01-31T09:30:00.123456789+05:30"}}"#,
    r#"{"known":{"time":"0001-01-01T00:00:00Z"}}"#,
    r#"{"known":{"time":"9999-12-31T23:59:59.999999999Z"}}"#,
    r#"{"known":{"time":"0000-01-01T00:00:00Z"}}"#,
    r#"{"known":{"time":"9999-12-31T23:59:59-01:00"}}"#,
    r#"{"known":{"time":"2026-01-31"}}"#,
    r#"{"known":{"time":"2026-01-31T09:30:00"}}"#,
    r#"{"known":{"time":"2026-01-31t09:30:00Z"}}"#,
    r#"{"known":{"time":"2026-01-31T09:30:00z"}}"#,
    r#"{"known":{"time":"2026-02-30T09:30:00Z"}}"#,
    r#"{"known":{"time":"2026-01-31T09:30:60Z"}}"#,
    r#"{"known":{"time":"2026-01-31T09:30:00.0123456789Z"}}"#,
    r#"{"known":{"time":5}}"#,
    r#"{"known":{"duration":"1.5s"}}"#,
    r#"{"known":{"duration":"-0.000000001s"}}"#,
    r#"{"known":{"duration":"315576000000s"}}"#,
    r#"{"known":{"duration":"315576000001s"}}"#,
    r#"{"known":{"duration":"1"}}"#,
    r#"{"known":{"duration":"s"}}"#,
    r#"{"known":{"duration":1}}"#,
    r#"{"known":{"mask":"a,fooBar.baz"}}"#,
    r#"{"known":{"mask":""}}"#,
    r#"{"known":{"mask":"foo_bar"}}"#,
    r#"{"known":{"mask":{"paths":["a"]}}}"#,
    // The other types with a form of their own.
    r#"{"known":{"object":{"a":[1,null,{"b":"c"}],"":true},"list":[[],{}],"value":{"a":1}}}"#,
    r#"{"known":{"object":[]}}"#,
    r#"{"known":{"list":{}}}"#,
    r#"{"known":{"a_double":"NaN","an_int64":"5","a_bool":true,"a_string":"","some_bytes":"AA"}}"#,
    r#"{"known":{"an_int32":{"value":1}}}"#,
    r#"{"known":{"empty":{}}}"#,
    r#"{"known":{"empty":{"a":1}}}"#,
    r#"{"known":{"any":{}}}"#,
    r#"{"known":{"any":{"@type":"x/edge.test.v1.Scalars","an_int32":1}}}"#,
    r#"{"known":{"any":{"an_int32":1,"@type":"x/edge.test.v1.Scalars"}}}"#,
    r#"{"known":{"any":{"an_int32":1}}}"#,
    r#"{"known":{"any":{"@type":"x/no.Such"}}}"#,
    r#"{"known":{"any":{"@type":""}}}"#,
    r#"{"known":{"any":{"@type":5}}}"#,
    r#"{"known":{"any":{"@type":"x/edge.test.v1.Scalars","nope":1}}}"#,
    r#"{"known":{"any":{"@type":"x/google.protobuf.Duration","value":"1s"}}}"#,
    r#"{"known":{"any":{"@type":"x/google.protobuf.Duration"}}}"#,
    r#"{"known":{"any":{"@type":"x/google.protobuf.Value","value":null}}}"#,
    r#"{"known":{"any":{"@type":"x/google.protobuf.Empty"}}}"#,
    r#"{"known":{"any":{"@type":"x/google.protobuf.Any","value":{"@type":"x/google.protobuf.Int32Value","value":5}}}}"#,
    r#"{"known":{"any":{"@type":"x/edge.test.v1.WellKnown","any":{"@type":"x/edge.test.v1.Maps"}}}}"#,
    // Syntax.
    " ",
    "{",
    "[1]",
    "5",
    r#"{"last":"a"} x"#,
    r#"{"last":"a",}"#,
    r#"{last:"a"}"#,
    "{} // comment",
];

/// Documents that only the edge reads, and why.
pub const ONLY_EDGE: &[(&str, &str)] = &[
    (r#"{"lists":{"nulls":[null]}}"#, "Python writes a list of NullValue like this and does not read it"),
    (r#"{"maps":{"nulls":{"a":null}}}"#, "and so with a map"),
    (r#"{"scalars":{"a_color":"red"}}"#, "names of enums are taken in any case when none fits as it stands"),
    (r#"{"scalars":{"a_float":3.4028235e38}}"#, "the shortest text of the greatest float, which Python writes too"),
    (r#"{"legacy":{"shade":5}}"#, "to the edge every enum is open"),
    (r#"{"known":{"any":{"@type":"x/google.protobuf.Empty","value":{}}}}"#, "this is how Go writes it"),
    (r#"{"known":{"any":{"@type":"x/edge.test.v1.Needs"}}}"#, "what is required, the service sees to"),
];

/// Documents that only Python reads, and why the edge refuses them.
pub const ONLY_PYTHON: &[(&str, &str)] = &[
    (r#"{"known":{"value":1e400}}"#, "no double holds it; Python makes infinity of it, and does not write that"),
    ("[]", "a message is an object; to Python everything that is empty is an empty message"),
    (r#"{"scalars":""}"#, "and so inside"),
    (r#"{"scalars":{"an_int32":1,"anInt32":2}}"#, "two names of one field are that field twice"),
    (r#"{"optionals":{"nothing":null,"text":"a"}}"#, "null is a value here, so there are two members of a oneof"),
    (r#"{"scalars":{"an_int32":"007"}}"#, "a number has no leading zeros, in a string neither"),
    (r#"{"scalars":{"an_int32":"+7"}}"#, "nor a plus sign"),
    (r#"{"scalars":{"an_int32":"1_000"}}"#, "nor whatever else Python's numbers may have"),
    (r#"{"scalars":{"a_double":" 1 "}}"#, "such as space"),
    (r#"{"scalars":{"a_double":"inf"}}"#, "or other words than the three"),
    (r#"{"scalars":{"a_double":true}}"#, "true is not 1"),
    (r#"{"scalars":{"a_color":"1"}}"#, "an enum is a name or a number, and not a number in a string"),
    (r#"{"scalars":{"a_color":1.5}}"#, "nor a fraction"),
    (r#"{"scalars":{"a_color":true}}"#, "nor a boolean"),
    (r#"{"known":{"null":0}}"#, "NullValue is null or its name"),
    (r#"{"scalars":{"some_bytes":"A!A="}}"#, "what is no base64 is not passed over"),
    (r#"{"scalars":{"some_bytes":"+_8="}}"#, "and its alphabets are not mixed"),
    (r#"{"known":{"time":"2026-1-31T9:30:00Z"}}"#, "RFC 3339 has two digits"),
    (r#"{"known":{"time":"2026-01-31T09:30:00+5:30"}}"#, "in offsets as well"),
    (r#"{"known":{"time":"2026-01-31T09:30:00.Z"}}"#, "and a digit after the point"),
    (r#"{"known":{"duration":"+1s"}}"#, "a duration has no plus sign"),
    (r#"{"known":{"duration":"1.s"}}"#, "and a digit after the point"),
    (r#"{"known":{"duration":"1.0000000001s"}}"#, "and nine of them at most"),
    (r#"{"known":{"any":{"@type":"edge.test.v1.Scalars"}}}"#, "the type is a URL, with a slash before the name"),
    (r#"{"known":{"any":{"@type":"x/google.protobuf.Duration","value":"1s","more":1}}}"#, "`more` is unknown"),
];

/// Documents that both read and understand differently, and why the edge does as it does.
pub const READ_DIFFERENTLY: &[(&str, &str)] = &[
    (r#"{"known":{"mask":"a,,b"}}"#, "an empty path is none, and would not be written"),
    (r#"{"known":{"mask":"aÉ"}}"#, "only the letters of ASCII have an underscore before them"),
];

// Beyond documents, of messages on the wire: C's decoder, which is Python's, gives up a map entry that holds something
// unknown, and keeps numbers of closed enums among the unknown fields; the edge writes both. And Python writes masks and
// durations that do not read back as they were, which the edge refuses.

/// Why Python may read a random document that the edge refuses. The table has an example of each.
pub fn only_python_reads(refusal: &str) -> bool {
    let reasons = [
        // Everything that is empty is an empty message.
        "must be an object",
        // Two spellings of one field are two fields, and null is no member of a oneof.
        "given more than once",
        "only one member of",
        // Numbers, enums, base64 and times are whatever Python's own functions make of a text.
        "must be a whole number",
        "must be a number",
        "must be one of",
        "must be base64",
        "must be a time such as",
        "must be a duration in seconds",
        // What stands beside the `value` of an `Any` is not looked at.
        "unknown field",
    ];
    reasons.iter().any(|reason| refusal.contains(reason))
}

/// Why Python may refuse a document that the edge reads.
pub fn only_python_refuses(fault: &str) -> bool {
    let reasons = [
        // It writes null for each NullValue in a list or map, and does not read it.
        "null is not allowed to be used as an element in a repeated field",
        "'NoneType'",
        // The shortest text of the greatest float is a little more than that.
        "Float value too",
        // Closed enums have no other numbers, and no name is taken in another case.
        "Invalid enum value",
        // An `Empty` in an `Any` has no value, and nothing in an `Any` may lack what it requires.
        "no field named",
        "missing required fields",
    ];
    reasons.iter().any(|reason| fault.contains(reason))
}
