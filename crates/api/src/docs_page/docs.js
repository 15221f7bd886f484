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
  // The table of problems has moved down by what was drawn above it.
  onComplete: () => document.getElementById(location.hash.slice(1))?.scrollIntoView(),
});
