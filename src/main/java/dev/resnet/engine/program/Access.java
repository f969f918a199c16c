package dev.resnet.engine.program;

import java.util.List;

/** Something that works on tensors. */
public interface Access {

  /** The tensors whose content it needs. */
  List<Tensor> reads();

  /** The tensors that hold something new afterwards. */
  List<Tensor> writes();
}
