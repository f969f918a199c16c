/** The classes that protoc generates from src/main/proto, and nothing else. */
@NullMarked
package dev.resnet.oip.grpc.protocol;

import org.jspecify.annotations.NullMarked;
