/** Named places in a forward pass where it can be listened to and changed. */
@NullMarked
package dev.athanor.model.hook;

import org.jspecify.annotations.NullMarked;
