/** The Open Inference Protocol over gRPC. Its interface is in src/main/proto. */
@NullMarked
package dev.resnet.oip.grpc;

import org.jspecify.annotations.NullMarked;
