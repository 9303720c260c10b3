// W3 FANN (float): incremental training = true SGD, batch 1 only.
#include <floatfann.h>
#include "peer_common.hpp"
int main() {
    std::vector<float> x, y;
    pc::wave(x, y);
    for (int h : {30, 64}) {
        fann* a = fann_create_standard(4, 1, h, h, 1);
        fann_set_activation_function_hidden(a, FANN_SIGMOID_SYMMETRIC);
        fann_set_activation_function_output(a, FANN_LINEAR);
        fann_set_training_algorithm(a, FANN_TRAIN_INCREMENTAL);
        fann_set_learning_rate(a, 1e-2f);
        fann_set_activation_steepness_hidden(a, 1.f);
        fann_set_activation_steepness_output(a, 1.f);
        fann_randomize_weights(a, -.3f, .3f);
        for (float mom : {0.f, .9f}) {
            fann_set_learning_momentum(a, mom);
            int i = 0;
            auto s = pc::bench(
                [&] {
                    fann_train(a, &x[i], &y[i]);
                    i = (i + 1) % 10000;
                },
                7, 2000, 500);
            char m[64];
            std::snprintf(m, sizeof m, "step_us h=%d B=1 %s", h, mom ? "momentum" : "sgd");
            pc::emit("W3", "FANN", m, pc::scale(s, 1e6), "us");
        }
        fann_destroy(a);
    }
}
