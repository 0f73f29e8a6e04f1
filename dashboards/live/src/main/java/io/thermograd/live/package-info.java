/**
 * The live page: what is known about every run, kept in bounded memory, served as JSON, as
 * server-sent events and as a page.
 */
@NullMarked
package io.thermograd.live;

import org.jspecify.annotations.NullMarked;
