#include "sevenfold/train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "sevenfold/autograd/communicator.hpp"
#include "sevenfold/data/file.hpp"
#include "sevenfold/optim/clip.hpp"
#include "sevenfold/train/checkpoint.hpp"
#include "sevenfold/train/interrupt.hpp"
#include "sevenfold/train/micro_batches.hpp"
#include "sevenfold/train/progress.hpp"

namespace sevenfold {
namespace {

template <class... Values>
std::string print_to_string(const char* format, Values... values) {
    char out[64];
    std::snprintf(out, sizeof out, format, values...);
    return out;
}

template <class T>
class Run {
  public:
    Run(Module<T>& model, Optimizer<T>& optimizer, const Loader<T>& loader, const TrainOptions<T>& options)
        : model_(model),
          optimizer_(optimizer),
          loader_(loader),
          options_(options),
          objective_(options.objective     ? *options.objective
                     : loader.has_labels() ? classification<T>()
                                           : regression<T>()),
          stopping_(options.early_stopping.value_or(EarlyStoppingOptions{})),
          parameters_(optimizer.parameters()),
          // A batch that is no larger than a part is whole.
          parts_(model, objective_, options.micro_batch < loader.options().batch_size ? options.micro_batch : 0,
                 options.threads, options.sum_order) {
        check();
        if (options.catch_interrupt) guard_.emplace();
        position_.best = stopping_.best();
        if (!options.save.empty() || !options.resume.empty()) note_settings();
        if (!options.resume.empty())
            resume();
        else
            start_as_root_does();
        if (!options.save.empty()) remove_leftovers(options.save);
    }

    TrainResult run() {
        if (Communicator::current().size() > 1 && options_.verbose) say_how_it_is_shared();
        if (options_.verbose) print_header();
        while (position_.epoch < options_.epochs && !should_stop()) {
            if (!run_epoch()) return interrupted();
            finish_epoch();
            if (interrupt_requested() && position_.epoch < options_.epochs) return interrupted();
        }
        model_.train();
        if (should_stop() && options_.verbose)
            say(text("Stopped early: no better for ", stopping_.waited(), " epochs."));
        if (best_) {
            model_.load_state(*best_, "the best epoch's weights");
            if (options_.verbose)
                say(text("The model has the weights of epoch ", position_.best_epoch, ", the best one."));
        }
        return result();
    }

  private:
    void check() const {
        if (options_.epochs == 0) fail<ValueError>("fit", "0 epochs", "at least one is needed to train");
        if (!(options_.clip_norm >= 0))
            fail<ValueError>("fit", text("clip_norm ", options_.clip_norm), "a norm is not negative",
                             "0 means no limit.");
        if (options_.print_every == 0) fail<ValueError>("fit", "print_every 0", "lines are at least one epoch apart");
        if (!objective_.loss) fail<ValueError>("fit", "an objective without a loss", "there is nothing to minimise");
        if (!options_.objective && !loader_.has_labels() && !loader_.has_targets())
            fail<ValueError>("fit", "data without labels or targets", "there is nothing to learn from",
                             "Give an objective that needs neither.");
        if (options_.early_stopping && !options_.validation)
            fail<ValueError>("fit", "early stopping without validation data",
                             "the loss on data trained on does not show overfitting",
                             "Hold out a part: holdout(data, 0.2, seed).");
        if (options_.early_stopping && options_.early_stopping->higher_is_better && !objective_.correct)
            fail<ValueError>("fit", "early stopping on an accuracy", "this objective has none",
                             "Leave higher_is_better off to watch the loss.");
    }

    // ---- one step, one epoch

    // The parameters move by one step; the epoch's sums grow by what the batch shows.
    void step(const Epoch<T>& epoch, std::size_t b) {
        const bool last_of_epoch = b + 1 == epoch.size();
        optimizer_.zero_grad();
        const auto [loss_sum, correct] = parts_.backward(epoch, b);
        if (!std::isfinite(loss_sum))
            fail<AnomalyError>(
                "fit",
                text("the loss is ", loss_sum, " in epoch ", position_.epoch + 1, ", step ", position_.batch + 1),
                "nothing can be learned from here",
                "Lower the learning rate, set clip_norm, or find the op: tape.find_anomalies().");
        if (options_.layer_gradients && last_of_epoch) layer_norms_ = layer_gradient_norms();
        position_.gradient_norm +=
            clip_grad_norm(parameters_, options_.clip_norm > 0 ? options_.clip_norm : infinity_norm);
        if (options_.schedule) options_.schedule->apply(optimizer_, optimizer_.steps());
        optimizer_.step();
        position_.loss += loss_sum;
        position_.correct += correct;
        position_.rows += epoch.batch_size(b);
        ++position_.batch;
    }

    // By layer, in the model's order: the parameters' gradients as one vector each.
    std::vector<std::pair<std::string, double>> layer_gradient_norms() const {
        std::vector<std::pair<std::string, double>> out;
        for (const auto& [path, parameter] : model_.named_parameters()) {
            const std::string layer = path.substr(0, path.rfind('.'));
            if (out.empty() || out.back().first != layer) out.emplace_back(layer, 0);
            if (!parameter.has_grad()) continue;
            for (T g : parameter.grad()) out.back().second += static_cast<double>(g) * static_cast<double>(g);
        }
        for (auto& [layer, norm] : out) norm = std::sqrt(norm);
        return out;
    }

    // All ranks stop after the same step.
    bool interrupt_requested() const { return options_.catch_interrupt && any_rank(InterruptGuard::requested()); }

    // False if it was interrupted.
    bool run_epoch() {
        model_.train();
        const double seconds_before = position_.seconds;
        const Epoch<T> epoch = loader_.epoch(position_.epoch);
        progress_.start(text("epoch ", position_.epoch + 1, '/', options_.epochs), rows_per_epoch());
        while (position_.batch < epoch.size()) {
            const std::size_t rows = epoch.batch_size(position_.batch);
            step(epoch, position_.batch);
            if (options_.verbose) progress_.advance(rows, mean_loss(), accuracy());
            position_.seconds = seconds_before + progress_.seconds();
            if (interrupt_requested() && position_.batch < epoch.size()) return false;
        }
        return true;
    }

    void finish_epoch() {
        const double steps = static_cast<double>(position_.batch);
        ++position_.epoch;
        history_.add_row();
        history_.set("epoch", static_cast<double>(position_.epoch));
        history_.set("loss", mean_loss());
        if (objective_.correct) history_.set("accuracy", *accuracy());
        if (options_.validation) validate();
        history_.set("lr", optimizer_.lr());
        history_.set("gradient_norm", position_.gradient_norm / steps);
        for (const auto& [layer, norm] : layer_norms_) history_.set("gradient_norm " + layer, norm);
        history_.set_measured("seconds", position_.seconds);
        history_.set_measured("rows_per_second",
                              static_cast<double>(position_.rows) / std::max(position_.seconds, 1e-9));
        const bool last = position_.epoch == options_.epochs || should_stop();
        if (options_.verbose && (last || position_.epoch % options_.print_every == 0)) print_row();

        position_.batch = position_.rows = position_.correct = 0;
        position_.loss = position_.gradient_norm = position_.seconds = 0;
        if (!options_.save.empty()) save();
    }

    void validate() {
        const Evaluation e = evaluate(model_, *options_.validation, objective_);
        history_.set("validation_loss", e.loss);
        if (e.accuracy) history_.set("validation_accuracy", *e.accuracy);
        if (!options_.early_stopping) return;
        if (stopping_.update(options_.early_stopping->higher_is_better ? *e.accuracy : e.loss)) {
            position_.best_epoch = position_.epoch;
            if (options_.early_stopping->restore_best) best_ = model_.state();
        }
        position_.best = stopping_.best();
        position_.waited = stopping_.waited();
    }

    bool should_stop() const { return options_.early_stopping && stopping_.should_stop(); }
    std::size_t rows_per_epoch() const {
        const std::size_t rows = loader_.rows();
        return loader_.options().drop_last ? rows - rows % loader_.options().batch_size : rows;
    }
    double mean_loss() const { return position_.loss / static_cast<double>(position_.rows); }
    std::optional<double> accuracy() const {
        if (!objective_.correct) return {};
        return static_cast<double>(position_.correct) / static_cast<double>(position_.rows);
    }

    TrainResult result() const {
        TrainResult out;
        out.history = history_;
        out.epochs = position_.epoch;
        out.stopped_early = should_stop();
        out.best_epoch = position_.best_epoch;
        return out;
    }

    // ---- checkpoints

    void note_settings() {
        settings_ = options_.settings;
        const LoaderOptions& loader = loader_.options();
        settings_["data"] = loader_.fingerprint();
        settings_["batch size"] = text(loader.batch_size);
        settings_["shuffle"] = loader_.order();
        settings_["loader seed"] = text(loader.seed);
        settings_["drop last"] = text(loader.drop_last);
        settings_["micro-batch"] = text(options_.micro_batch);
        settings_["clip norm"] = text(options_.clip_norm);
        settings_["validation data"] = options_.validation ? options_.validation->fingerprint() : "none";
        settings_["early stopping"] = "none";
        if (const auto& e = options_.early_stopping)
            settings_["early stopping"] =
                text("patience ", e->patience, ", min delta ", e->min_delta, ", higher is better ", e->higher_is_better,
                     ", restore best ", e->restore_best);
    }

    Checkpoint<T> checkpoint() const {
        Checkpoint<T> c{model_.state(), best_, optimizer_.state(), {}, settings_, position_, history_};
        for (const auto& [path, random] : model_.random_streams()) c.random[path] = random->state();
        return c;
    }

    void save() const {
        from_root([&] {
            save_checkpoint(options_.save, checkpoint());
            return std::string();
        });
    }

    // Ranks train one model: what they built themselves would differ where their programs drew other numbers.
    void start_as_root_does() {
        if (Communicator::current().size() == 1) return;
        const std::string name = "what rank 0 starts from";
        take_over(checkpoint_from_bytes<T>(from_root([&] { return to_bytes(checkpoint()); }), name), name);
    }

    // The file may be where rank 0 runs and nowhere else.
    void resume() {
        const std::string where = options_.resume.string();
        const Checkpoint<T> c =
            checkpoint_from_bytes<T>(from_root([&] { return read_file(options_.resume); }), options_.resume);
        for (const auto& [name, value] : settings_) {
            const auto saved = c.settings.find(name);
            if (saved == c.settings.end() || saved->second != value)
                fail<ValueError>("resume",
                                 text(where, " was made with ", name, ' ',
                                      saved == c.settings.end() ? "not set" : saved->second, ", this run has ", value),
                                 "a training goes on under the settings it began with",
                                 "Use the same ones, or start anew without resuming.");
        }
        if (c.position.batch >= loader_.batches())
            fail<ValueError>("resume", text(where, " stands after step ", c.position.batch, " of an epoch"),
                             text("this run's epochs have ", loader_.batches(), " steps"),
                             "Go on from another checkpoint.");
        take_over(c, where);
        best_ = c.best;
        history_ = c.history;
        position_ = c.position;
        stopping_.resume(position_.best, position_.waited);
        if (options_.verbose)
            say(text(
                "Going on from ", where, ": ", position_.epoch, " of ", options_.epochs, " epochs are done",
                position_.batch ? text(", and ", position_.batch, " of ", loader_.batches(), " steps of the next") : "",
                "."));
    }

    // Weights, random streams and the optimizer's state.
    void take_over(const Checkpoint<T>& c, const std::string& where) {
        const auto streams = model_.random_streams();
        if (streams.size() != c.random.size() ||
            !std::ranges::all_of(streams, [&](const auto& s) { return c.random.contains(s.first); }))
            fail<ValueError>("resume", text(where, " has ", c.random.size(), " random streams"),
                             text("this model has ", streams.size()), "Build the model that was saved.");
        const auto weights = model_.state();
        std::vector<std::string> states;
        for (const auto& [path, random] : streams) states.push_back(random->state());
        try {
            for (const auto& [path, random] : streams) random->restore(c.random.at(path));
            if (c.best) model_.load_state(*c.best, where);  // would else be found out when training ends
            model_.load_state(c.model, where);
            optimizer_.load(c.optimizer);
        } catch (...) {
            model_.load_state(weights);
            for (std::size_t i = 0; i < streams.size(); ++i) streams[i].second->restore(states[i]);
            throw;
        }
    }

    TrainResult interrupted() {
        if (!options_.save.empty()) save();
        if (options_.verbose) {
            say(position_.batch ? text("Interrupted in epoch ", position_.epoch + 1, ", after step ", position_.batch,
                                       " of ", loader_.batches(), ".")
                                : text("Interrupted after epoch ", position_.epoch, '.'));
            if (options_.save.empty())
                say("Nothing was saved, since no checkpoint file was named.");
            else
                say(text("All is saved in ", options_.save.string(), "; resume from it to go on where this stopped."));
        }
        TrainResult out = result();
        out.interrupted = true;
        return out;
    }

    // ---- what is shown

    void say(std::string_view line) { progress_.print(line); }

    void say_how_it_is_shared() {
        const std::size_t ranks = Communicator::current().size(), batch = loader_.options().batch_size,
                          rows = options_.micro_batch;
        if (rows == 0 || rows >= batch)
            say(text("A batch in one piece cannot be shared: each of the ", ranks,
                     " processes does all of the work. A micro-batch below ", batch, " cuts it."));
        else if (const std::size_t parts = (batch + rows - 1) / rows; parts < ranks)
            say(text("A batch has ", parts, " parts of ", rows, " rows: ", ranks - parts, " of ", ranks,
                     " processes have nothing to do."));
    }

    void print_header() {
        const bool accuracy = objective_.correct != nullptr;
        std::string line = print_to_string("%9s  %9s", "epoch", "loss");
        if (accuracy) line += print_to_string("  %9s", "accuracy");
        if (options_.validation) line += print_to_string("  %14s", "held-out loss");
        if (options_.validation && accuracy) line += print_to_string("  %9s", "accuracy");
        say(line + print_to_string("  %9s  %10s", "lr", "time"));
    }

    void print_row() {
        const auto last = [&](std::string_view column) { return history_[column].back(); };
        const auto percent = [&](std::string_view column) { return print_to_string("  %7.2f %%", 100 * last(column)); };
        std::string line =
            print_to_string("%9s  %9.4g", text(position_.epoch, '/', options_.epochs).c_str(), last("loss"));
        if (objective_.correct) line += percent("accuracy");
        if (options_.validation) line += print_to_string("  %14.4g", last("validation_loss"));
        if (options_.validation && objective_.correct) line += percent("validation_accuracy");
        say(line + print_to_string("  %9.3g  %10s", last("lr"), duration(position_.seconds).c_str()));
    }

    Module<T>& model_;
    Optimizer<T>& optimizer_;
    const Loader<T>& loader_;
    const TrainOptions<T>& options_;
    Objective<T> objective_;
    EarlyStopping stopping_;
    std::vector<Variable<T>> parameters_;
    MicroBatches<T> parts_;
    Progress progress_;
    std::map<std::string, std::string> settings_;
    TrainPosition position_;
    History history_;
    std::optional<State<T>> best_;
    std::optional<InterruptGuard>
        guard_;  // from the beginning: Ctrl-C while a checkpoint is read is heard after a step
    std::vector<std::pair<std::string, double>> layer_norms_;
};

}  // namespace

template <class T>
TrainResult fit(Module<T>& model, Optimizer<T>& optimizer, const Loader<T>& loader,
                const std::type_identity_t<TrainOptions<T>>& options) {
    return Run<T>(model, optimizer, loader, options).run();
}

template TrainResult fit(Module<float>&, Optimizer<float>&, const Loader<float>&, const TrainOptions<float>&);
template TrainResult fit(Module<double>&, Optimizer<double>&, const Loader<double>&, const TrainOptions<double>&);

}  // namespace sevenfold
