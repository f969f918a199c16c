package dev.resnet.oip.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc;
import dev.resnet.oip.grpc.protocol.GRPCInferenceServiceGrpc.GRPCInferenceServiceFutureStub;
import dev.resnet.oip.grpc.protocol.ModelInferRequest;
import dev.resnet.oip.grpc.protocol.ModelInferResponse;
import dev.resnet.oip.grpc.protocol.ServerLiveRequest;
import dev.resnet.oip.grpc.protocol.ServerLiveResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** At most so many messages at the same time; the others wait without a thread. */
@Timeout(20)
class MessageSlotsTests {
  private final BlockingQueue<StreamObserver<ModelInferResponse>> arrived =
      new LinkedBlockingQueue<>();
  private Server server;
  private ManagedChannel channel;
  private MessageSlots slots;

  private GRPCInferenceServiceFutureStub start(int count, int waiting, Duration maxTime)
      throws Exception {
    String name = InProcessServerBuilder.generateName();
    slots =
        new MessageSlots(
            GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName(),
            count,
            waiting,
            maxTime,
            Executors.newSingleThreadScheduledExecutor());
    server =
        InProcessServerBuilder.forName(name)
            .intercept(slots)
            .addService(
                new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                  @Override
                  public void modelInfer(
                      ModelInferRequest request, StreamObserver<ModelInferResponse> client) {
                    arrived.add(client);
                  }

                  @Override
                  public void serverLive(
                      ServerLiveRequest request, StreamObserver<ServerLiveResponse> client) {
                    client.onNext(ServerLiveResponse.getDefaultInstance());
                    client.onCompleted();
                  }
                })
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    return GRPCInferenceServiceGrpc.newFutureStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    slots.close();
  }

  private void answerOne() throws InterruptedException {
    StreamObserver<ModelInferResponse> client = arrived.take();
    client.onNext(ModelInferResponse.getDefaultInstance());
    client.onCompleted();
  }

  private static ListenableFuture<ModelInferResponse> infer(
      GRPCInferenceServiceFutureStub service) {
    return service.modelInfer(ModelInferRequest.getDefaultInstance());
  }

  @Test
  void aCallWaitsForASlotAndOthersPass() throws Exception {
    var service = start(1, 1, Duration.ofMinutes(1));
    var first = infer(service);
    StreamObserver<ModelInferResponse> client = arrived.take();
    var second = infer(service);
    // Answered after the second has been taken up, and without a slot.
    service.serverLive(ServerLiveRequest.getDefaultInstance()).get();
    assertThatThrownBy(() -> infer(service).get())
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("UNAVAILABLE")
        .hasMessageContaining("resnet.grpc.max-waiting");
    assertThat(arrived).isEmpty();

    client.onNext(ModelInferResponse.getDefaultInstance());
    client.onCompleted();
    first.get();
    answerOne();
    second.get();
  }

  @Test
  void aCallThatIsCancelledWhileItWaitsTakesNoSlot() throws Exception {
    var service = start(1, 10, Duration.ofMinutes(1));
    var first = infer(service);
    StreamObserver<ModelInferResponse> client = arrived.take();
    infer(service).cancel(true);
    var third = infer(service);
    client.onNext(ModelInferResponse.getDefaultInstance());
    client.onCompleted();
    first.get();
    answerOne();
    third.get();
    var fourth = infer(service);
    answerOne();
    fourth.get();
  }

  @Test
  void aMessageThatDoesNotArriveGivesItsSlotBack() throws Exception {
    var service = start(1, 10, Duration.ofMillis(500));
    var ended = new CompletableFuture<Status>();
    open(ended);
    Status status = ended.get(10, TimeUnit.SECONDS);
    assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(status.getDescription()).contains("resnet.grpc.max-time");

    var next = infer(service);
    answerOne();
    next.get();
  }

  @Test
  void aCallThatWaitsForASlotTooLongIsToldSo() throws Exception {
    var service = start(1, 10, Duration.ofMillis(500));
    var first = infer(service);
    StreamObserver<ModelInferResponse> client = arrived.take();
    var ended = new CompletableFuture<Status>();
    open(ended);
    assertThat(ended.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

    client.onNext(ModelInferResponse.getDefaultInstance());
    client.onCompleted();
    first.get();
    var next = infer(service);
    answerOne();
    next.get();
  }

  @Test
  void aCallWithoutAMessageGivesItsSlotBack() throws Exception {
    var service = start(1, 10, Duration.ofMinutes(1));
    var first = infer(service);
    StreamObserver<ModelInferResponse> client = arrived.take();
    var ended = new CompletableFuture<Status>();
    open(ended).halfClose();
    var next = infer(service);
    client.onNext(ModelInferResponse.getDefaultInstance());
    client.onCompleted();

    first.get();
    answerOne(); // in whichever order both were taken up
    next.get();
    assertThat(ended.get(10, TimeUnit.SECONDS).isOk()).isFalse();
  }

  /** A call that sends nothing. */
  private ClientCall<ModelInferRequest, ModelInferResponse> open(CompletableFuture<Status> ended) {
    ClientCall<ModelInferRequest, ModelInferResponse> call =
        channel.newCall(GRPCInferenceServiceGrpc.getModelInferMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    return call;
  }
}
