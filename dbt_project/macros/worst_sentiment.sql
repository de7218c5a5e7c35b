{#- Of several moods the worst. -#}
{% macro worst_sentiment(sentiment) -%}
    case
        when bool_or({{ sentiment }} = 'negative') then 'negative'
        when bool_or({{ sentiment }} = 'neutral') then 'neutral'
        when bool_or({{ sentiment }} = 'positive') then 'positive'
    end
{%- endmacro %}
