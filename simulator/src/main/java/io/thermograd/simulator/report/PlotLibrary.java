package io.thermograd.simulator.report;

/**
 * uPlot, to be copied into the page.
 *
 * @param script an ES module's text that defines {@code uPlot}
 * @param style its style sheet
 * @param licence its licence's text
 */
public record PlotLibrary(String script, String style, String licence) {}
