/**
 * What an analyzer tells Prometheus: the catalogue of every meter, and the server it is scraped
 * from. The only package that knows Micrometer.
 */
@org.jspecify.annotations.NullMarked
package io.thermograd.metrics;
