/** Training jobs over HTTP. */
@NullMarked
package dev.resnet.jobs.web;

import org.jspecify.annotations.NullMarked;
