"use strict";

// Shows an operation's `x-codeSamples` above its parameters.
const codeSamples = () => ({
  wrapComponents: {
    parameters: (Parameters, { React }) => (props) => {
      const source = props.operation?.getIn(["x-codeSamples", 0, "source"]);
      const parameters = React.createElement(Parameters, props);
      if (!source) return parameters;
      return React.createElement(
        "div",
        null,
        React.createElement(
          "div",
          { className: "curl" },
          React.createElement("h4", null, "Example"),
          React.createElement("pre", null, source),
        ),
        parameters,
      );
    },
  },
});

// A problem's `type` points into the table below, which moves down while the page is drawn above it. Swagger UI makes
// `#/…` of the hash.
const problem = document.getElementById(location.hash.replace(/^#\/?/, ""));
if (problem) {
  const drawn = new ResizeObserver(() => problem.scrollIntoView());
  drawn.observe(document.getElementById("routes"));
  for (const sign of ["wheel", "keydown", "pointerdown", "touchstart"]) {
    addEventListener(sign, () => drawn.disconnect(), { once: true, passive: true });
  }
}

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#routes",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  // The default asks a host of the makers whether the document is valid.
  validatorUrl: null,
  plugins: [codeSamples],
});
