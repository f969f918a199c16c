package dev.resnet.engine.cuda;

/** A program on the device, bound to a batch size. One thread at a time. */
interface DeviceProgram extends AutoCloseable {
  Binding binding();

  Places places();

  /** The address of the images: [batch, height, width, {@link #inputChannels}]. */
  long images();

  /** Channels of the images as the program reads them; those beyond the images' own are zero. */
  int inputChannels();

  /**
   * Queues one run over the batch that lies in the input.
   *
   * @param stream the same each time
   */
  void run(CudaStream stream);

  /** Nothing of it runs any more. */
  @Override
  void close();
}
