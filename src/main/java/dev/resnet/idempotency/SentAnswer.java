package dev.resnet.idempotency;

/** An answer as it is stored and sent. */
record SentAnswer(int status, String location, byte[] body) {}
