// What fused ops say about inputs that do not fit.
#include <doctest/doctest.h>

#include "sevenfold/autograd/tape.hpp"

using namespace sevenfold;

namespace {

const auto v = [](const Shape& shape) { return Variable<double>(Array<double>::ones(shape)); };

}  // namespace
using A = Array<double>;

TEST_CASE("linear says which axis does not fit") {
    CHECK_THROWS_WITH_AS(linear(v({64, 784}), v({784, 256})),
                         "[linear] x (64, 784) and weight (784, 256): the last axis of x is 784, the weight (out, in) "
                         "takes 256. Did you mean linear(x, transpose(w))?",
                         ShapeError);
    CHECK_THROWS_WITH_AS(
        linear(v({64, 28}), v({10, 784})),
        "[linear] x (64, 28) and weight (10, 784): the last axis of x is 28, the weight (out, in) takes "
        "784. Make the layer with 28 inputs, or reshape x.",
        ShapeError);
    CHECK_THROWS_WITH_AS(linear(v({4, 3}), v({2, 3}), v({3})),
                         "[linear] bias (3,) for weight (2, 3): a bias has one number per output. Give it shape (2,).",
                         ShapeError);
    CHECK_THROWS_WITH_AS(
        linear(v({4, 3}), v({3})),
        "[linear] weight (3,): a weight has two axes, (out, in). For a single output give it shape (1, in).",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        linear(v({}), v({1, 1})),
        "[linear] x () and weight (1, 1): x has a last axis of 1 features. For one feature give x the shape "
        "(n, 1).",
        ShapeError);
}

TEST_CASE("normalizations say which sizes do not fit") {
    CHECK_THROWS_WITH_AS(
        layer_norm(v({4, 3}), v({4}), v({4})),
        "[layer_norm] x (4, 3) and gamma (4,): gamma has the sizes of x's last axes. To normalize the last "
        "axis give it shape (3,).",
        ShapeError);
    CHECK_THROWS_WITH_AS(layer_norm(v({4, 3}), v({3}), v({4})),
                         "[layer_norm] gamma (3,) and beta (4,): scale and shift have the same shape.", ShapeError);
    CHECK_THROWS_WITH_AS(layer_norm(v({4, 3}), v({3}), v({3}), -1),
                         "[layer_norm] eps -1: it is added to a variance and is not negative.", ValueError);
    CHECK_THROWS_WITH_AS(
        batch_norm(v({4, 3}), v({4}), v({4})),
        "[batch_norm] x (4, 3) and gamma (4,): gamma has one number per channel, axis 1 of x. Give it shape "
        "(3,).",
        ShapeError);
    CHECK_THROWS_WITH_AS(batch_norm(v({4}), v({4}), v({4})),
                         "[batch_norm] x (4,): x is (samples, channels, ..). For a single channel reshape x to (n, 1).",
                         ShapeError);
    CHECK_THROWS_WITH_AS(
        batch_norm(v({1, 3}), v({3}), v({3})),
        "[batch_norm] x (1, 3): the variance of a channel needs two values or more. Give a larger batch; to "
        "run a trained model on one sample, use its running statistics.",
        ShapeError);
}

TEST_CASE("attention says how its input is laid out") {
    CHECK_THROWS_WITH_AS(
        attention(v({5, 12}), {}),
        "[attention] qkv (5, 12): qkv is (samples, length, 3 D). For one sample reshape it to (1, length, 3 "
        "D).",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        attention(v({2, 5, 12}), {.heads = 3}),
        "[attention] qkv (2, 5, 12) for 3 heads: the last axis holds q, k and v of 3 equal heads, so 3 · 3 "
        "divides it; 12 it does not divide. Choose a number of heads that divides the model's width.",
        ShapeError);
    CHECK_THROWS_WITH_AS(attention(v({2, 5, 12}), {.heads = 0}), "[attention] 0 heads: there is at least one head.",
                         ValueError);
    CHECK_THROWS_WITH_AS(
        attention_weights(v({2, 5, 12}), {.key_padding_mask = Array<float>(Shape{2, 4})}),
        "[attention] key_padding_mask (2, 4) for qkv (2, 5, 12): the mask has shape (2, 5), one number per "
        "sample and key.",
        ShapeError);
}

TEST_CASE("convolution and pooling say what does not fit") {
    CHECK_THROWS_WITH_AS(
        conv2d(v({3, 8, 8}), v({4, 3, 3, 3}), {}),
        "[conv2d] x (3, 8, 8): images are (samples, channels, height, width). For one sample reshape x to "
        "(1, 3, 8, 8).",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        conv2d(v({2, 8, 8, 3}), v({4, 3, 3, 3}), {}),
        "[conv2d] x (2, 8, 8, 3) and weight (4, 3, 3, 3): x has 8 channels, the weight takes 3. Did you mean "
        "conv2d(permute(x, {0, 3, 1, 2}), w)?",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        conv2d(v({2, 3, 2, 2}), v({4, 3, 3, 3}), {}),
        "[conv2d] x (2, 3, 2, 2), padded to (2, 2), and kernel (3, 3): the kernel fits into the padded image. "
        "Use a smaller kernel or more padding.",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        conv2d(v({2, 3, 4, 4}), v({4, 3, 3, 3}), v({3})),
        "[conv2d] bias (3,) for weight (4, 3, 3, 3): a bias has one number per filter. Give it shape (4,).",
        ShapeError);
    CHECK_THROWS_WITH_AS(conv2d(v({2, 3, 4, 4}), v({4, 3, 3, 3}), {}, {.stride_y = 0}),
                         "[conv2d] kernel (3, 3), stride (0, 1): kernel and stride are at least 1.", ValueError);
    CHECK_THROWS_WITH_AS(
        max_pool2d(v({1, 1, 4, 4}), {.padding_y = 2}),
        "[max_pool2d] padding (2, 0) with kernel (2, 2): the padding is smaller than the kernel, or windows "
        "would see nothing else.",
        ValueError);
}

TEST_CASE("cross_entropy says which class, shape or setting is wrong") {
    Labels labels = Labels::zeros({64});
    labels.data()[3] = 10;
    CHECK_THROWS_WITH_AS(
        cross_entropy(v({64, 10}), labels),
        "[cross_entropy] class 10 at position 3: classes run from 0 to 9 for logits of shape (64, 10). Number "
        "the classes from 0, and give the last layer one output for each.",
        IndexError);
    labels.data()[3] = -1;
    CHECK_THROWS_AS(cross_entropy(v({64, 10}), labels), IndexError);
    CHECK_THROWS_WITH_AS(
        cross_entropy(v({64, 10}), Labels::zeros({64, 10})),
        "[cross_entropy] logits (64, 10) and classes (64, 10): classes have the logits' shape without axis 1, "
        "(64,). One-hot rows become classes with argmax.",
        ShapeError);
    CHECK_THROWS_WITH_AS(
        cross_entropy(v({10}), Labels::zeros({})),
        "[cross_entropy] logits (10,): logits are (samples, classes, ..). For one sample reshape them to (1, "
        "10).",
        ShapeError);
    CHECK_THROWS_WITH_AS(cross_entropy(v({2, 3}), Labels::zeros({2}), {.label_smoothing = 1.5}),
                         "[cross_entropy] label_smoothing 1.5: it is a share, from 0 to 1.", ValueError);
    CHECK_THROWS_WITH_AS(cross_entropy(v({2, 3}), Labels::zeros({2}), {.sample_weight = A::ones({3})}),
                         "[cross_entropy] sample_weight (3,) for classes (2,): there is one weight per class index.",
                         ShapeError);
    CHECK_THROWS_WITH_AS(cross_entropy(v({0, 3}), Labels(Shape{0})),
                         "[cross_entropy] logits (0, 3): there is no mean of no samples.", ShapeError);
    CHECK_THROWS_WITH_AS(cross_entropy(v({2, 3}), Labels::zeros({2}), {.sample_weight = A::zeros({2})}),
                         "[cross_entropy] sample weights that sum to 0: the mean divides by their sum.", ValueError);
}
