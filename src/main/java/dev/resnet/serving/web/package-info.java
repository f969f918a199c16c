/** Classification, promotion and rollback over HTTP. */
@NullMarked
package dev.resnet.serving.web;

import org.jspecify.annotations.NullMarked;
