#include "exhibit.hpp"

#include "sevenfold/viz/assets.hpp"

namespace museum {

std::span<const viz::Asset> sources();  // the files of this folder, put into the program when it is built

namespace {

class OwnOp final : public Op<double> {
  public:
    OwnOp(std::function<D(const Inputs&)> value, std::function<void(Step&)> rule)
        : value_(std::move(value)), rule_(std::move(rule)) {}
    static constexpr OpText words{"own", "y = value(x)", "its rule"};
    const OpText& text() const override { return words; }
    Saves saves() const override { return saves_inputs; }
    Array<double> forward(std::span<const D> xs) const {
        Inputs constants;
        for (const D& x : xs) constants.push_back(x.detach());
        return value_(constants).value();
    }
    void pullback(Step& step) const override { rule_(step); }

  private:
    std::function<D(const Inputs&)> value_;
    std::function<void(Step&)> rule_;
};

// Which files there are, in the order of the museum: from slips of the pen to mistakes of thought.
struct File {
    std::string_view name;
    Exhibit (*exhibit)();
};
constexpr File files[] = {
    {"missing_two", missing_two},
    {"wrong_sign", wrong_sign},
    {"x_for_y", x_for_y},
    {"mean_for_sum", mean_for_sum},
    {"missing_division", missing_division},
    {"overwritten", overwritten},
    {"first_row", first_row},
    {"transposed_weight", transposed_weight},
    {"repeated_index", repeated_index},
    {"mask_of_result", mask_of_result},
    {"softmax_axis", softmax_axis},
    {"all_ties", all_ties},
    {"dropout_scale", dropout_scale},
    {"running_sum", running_sum},
    {"batch_norm_mean", batch_norm_mean},
    {"stale_value", stale_value},
    {"detached_gate", detached_gate},
    {"once_differentiable", once_differentiable},
};

}  // namespace

GradcheckFunction op(std::function<D(const Inputs&)> value, std::function<void(Step&)> rule) {
    return [own = OwnOp(std::move(value), std::move(rule))](const Inputs& x) {
        return apply_many<double>(own, std::span<const D>(x));
    };
}

std::vector<Exhibit> exhibits() {
    std::vector<Exhibit> all;
    for (const File& file : files) {
        all.push_back(file.exhibit());
        all.back().name = file.name;
    }
    return all;
}

viz::Exhibit checked(const Exhibit& e) {
    const GradcheckOptions options{.order = e.order};
    return {.name = e.name,
            .title = e.title,
            .formula = e.formula,
            .value = lines_of(e, "value"),
            .wrong = lines_of(e, "wrong"),
            .right = lines_of(e, "right"),
            .question = e.question,
            .hint = e.hint,
            .answer = e.answer,
            .wrong_report = gradcheck(e.wrong, e.inputs, options),
            .right_report = gradcheck(e.right, e.inputs, options)};
}

std::string lines_of(const Exhibit& exhibit, std::string_view part) {
    const std::string source = viz::contents(sources(), exhibit.name + ".cpp"), mark = text("// ---- ", part, '\n');
    const std::size_t from = source.find(mark);
    if (from == std::string::npos)
        fail<ValueError>("lines_of", text("part ", part, " of ", exhibit.name), "the file has no line that begins it");
    const std::size_t first = from + mark.size(), end = source.find("\n// ----", first);
    const std::string lines = source.substr(first, end - first);
    return lines.substr(0, lines.find_last_not_of('\n') + 1);
}

}  // namespace museum
