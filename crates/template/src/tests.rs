use serde_json::{Value, json};

use super::{Escape, OUTPUT_BYTES, Template};

fn rendered(text: &str, input: &Value) -> Result<String, String> {
    Template::compile(text)?.render(input)
}

fn refused(text: &str) -> String {
    Template::compile(text)
        .err()
        .unwrap_or_else(|| panic!("taken: {text}"))
}

#[test]
fn expressions_conditions_and_loops_do_what_jinja_says() {
    let input = json!({"claim": {"reason": "damage", "items": [
        {"title": "Mug", "quantity": 2, "net_price": 11.5},
        {"title": "Plate", "quantity": 1, "net_price": 3}
    ]}});
    let text = "{{ claim.reason|upper }}:{% for item in claim[\"items\"] %} {{ item.quantity }}×{{ item.title }} \
        {{ item.net_price|times(item.quantity) }}{% if not loop.last %},{% endif %}{% endfor %}\n";
    assert_eq!(
        rendered(text, &input).unwrap(),
        "DAMAGE: 2×Mug 23.0, 1×Plate 3\n"
    );
    let joined = "{% set i = claim[\"items\"]|selectattr('quantity', 'eq', 2) %}{{ i|first|attr('title') ~ '!' }}";
    assert_eq!(rendered(joined, &input).unwrap(), "Mug!");
}

#[test]
fn what_is_absent_or_null_prints_as_nothing() {
    let input = json!({"context": {"order": null}, "list": [null, 1]});
    let text = "[{{ context.order.order_number }}{{ no.such.thing }}{{ context.order|default('none') }}]\
        {% for line in context.lines %}never{% endfor %}{{ no|join(',') }}{{ list|join(',') }}";
    assert_eq!(rendered(text, &input).unwrap(), "[none],1");
}

#[test]
fn numbers_of_json_are_numbers() {
    let input: Value =
        serde_json::from_str(r#"{"a": 12345678901234567890, "b": 1.25, "c": -3}"#).unwrap();
    assert_eq!(
        rendered("{{ a }} {{ b }} {{ c + 1 }}", &input).unwrap(),
        "12345678901234567890 1.25 -2"
    );
    let json = Template::escaping("{{ all }}", Escape::Json).unwrap();
    let out = json.render(&json!({"all": input})).unwrap();
    let read: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(read.get("b"), Some(&json!(1.25)));
}

#[test]
fn values_are_escaped_as_the_output_asks_for() {
    let input = json!({"text": "<b a=\"1\">\n'é' \u{202e}", "none": null});
    let html = Template::escaping("<p>{{ text }}</p>", Escape::Html).unwrap();
    let out = html.render(&input).unwrap();
    assert!(out.starts_with("<p>&lt;b a=&quot;1&quot;&gt;"), "{out}");
    let json = Template::escaping(r#"{"text": {{ text }}, "none": {{ none }}}"#, Escape::Json);
    let out = json.unwrap().render(&input).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), input);
    assert_eq!(
        rendered("{{ text }}", &input).unwrap(),
        input["text"].as_str().unwrap()
    );
}

#[test]
fn a_bad_template_is_refused_with_its_line_and_column() {
    for (text, place, what) in [
        ("a\n{{ b", "line 2", "end of"),
        ("a\n  {% if x %}", "line 2", "end of"),
        ("é {{ a.b| }}", "line 1", "identifier"),
        ("\n é {{ a|nope }}", "line 2, column 9", "no filter `nope`"),
        (
            "{% import 'x' as y %}",
            "line 1, column 4",
            "no block `import`",
        ),
        (
            "{% set a %}x{% endset %}",
            "line 1, column 10",
            "`set` takes a value",
        ),
    ] {
        let why = refused(text);
        assert!(
            why.starts_with(place) && why.contains(what),
            "{text}: {why}"
        );
    }
}

#[test]
fn nothing_reaches_files_templates_or_functions() {
    for block in [
        "include '/etc/passwd'",
        "extends 'a'",
        "import 'a' as b",
        "macro a()",
        "filter upper",
        "call a()",
        "do a()",
        "autoescape false",
        "block a",
    ] {
        let why = refused(&format!("{{% {block} %}}"));
        assert!(why.contains("there is no block"), "{block}: {why}");
    }
    for call in [
        "range(10)",
        "dict(a=1)",
        "debug()",
        "namespace()",
        "env('PATH')",
        "''.upper()",
    ] {
        let out = rendered(&format!("{{{{ {call} }}}}"), &json!({}));
        assert!(out.is_err(), "{call}: {out:?}");
    }
}

#[test]
fn a_render_that_would_not_end_is_broken_off() {
    let many: Vec<u32> = (0..1_000).collect();
    let loops =
        "{% for a in many %}{% for b in many %}{% if b == a %}{% endif %}{% endfor %}{% endfor %}";
    let why = rendered(loops, &json!({"many": many})).unwrap_err();
    assert!(why.contains("steps"), "{why}");
    let why = rendered(&"{% if a %}".repeat(400), &json!({})).unwrap_err();
    assert!(why.contains("line 1"), "{why}");
    assert!(
        refused(&format!(
            "{{{{ {}1{} }}}}",
            "(".repeat(5_000),
            ")".repeat(5_000)
        ))
        .contains("line 1")
    );
}

#[test]
fn an_output_that_is_too_large_is_refused() {
    let half = "x".repeat(OUTPUT_BYTES / 2);
    let input = json!({"half": half});
    assert_eq!(
        rendered("{{ half }}{{ half }}", &input).unwrap().len(),
        OUTPUT_BYTES
    );
    let why = rendered("{{ half }}{{ half }}.", &input).unwrap_err();
    assert!(why.contains("more than 262144 bytes"), "{why}");
    let json = Template::escaping("{{ half }}{{ half }}", Escape::Json).unwrap();
    assert!(
        json.render(&input)
            .unwrap_err()
            .contains("more than 262144 bytes")
    );
}

#[test]
fn no_value_can_be_made_to_grow() {
    for text in [
        "{% set a = a ~ a %}",
        "{% set a = a + a %}",
        "{% with a = a ~ a %}{% endwith %}",
        "{% for b in a ~ a %}{% endfor %}",
        "{% set a = [a, a] %}",
        "{% set a = (a, a) %}",
        "{% set a = a, a %}",
        "{% set a = {'a': a, 'b': a} %}",
        "{% for b in [[a, a]] %}{% endfor %}",
        "{% for b in a, a %}{% endfor %}",
        "{% for b in (a, a) %}{% endfor %}",
        "{% with a = (a, a) %}{% endwith %}",
        "{% set a %}{{ a }}{{ a }}{% endset %}",
        "{% for b in a recursive %}{{ loop(b) }}{% endfor %}",
        "{{ 'a' * 100000000 }}",
        "{{ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a ~ a }}",
    ] {
        assert!(refused(text).starts_with("line 1"), "{text}");
    }
    for text in [
        "{% set a = b.c[0]|default('x', true) %}",
        "{% set a, b = c %}",
        "{% with a = 1, b = c.d %}{% endwith %}",
        "{% for k, v in a|items %}{% endfor %}",
        "{% for a in b|selectattr('c', 'eq', d) if a.e %}{% endfor %}",
        "{{ [a, b]|join(', ') }}",
        "{% if a in ['x', 'y'] %}{% endif %}",
    ] {
        assert_eq!(Template::compile(text).err(), None, "{text}");
    }
    let long = json!({"a": "a".repeat(60_000)});
    let why = rendered("{{ a|replace('a', 'aaaaaaaaaa') }}", &long).unwrap_err();
    assert!(why.contains("a filter makes more than"), "{why}");
    let work = "{{ a|upper|lower|first }}".repeat(50);
    let why = rendered(&work, &long).unwrap_err();
    assert!(why.contains("filters work on more than"), "{why}");
}
