@NullMarked
package io.thermograd.live;

import org.jspecify.annotations.NullMarked;
