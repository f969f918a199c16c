/** Backups over HTTP. */
@NullMarked
package dev.resnet.backup.web;

import org.jspecify.annotations.NullMarked;
