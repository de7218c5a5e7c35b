with

said as (

    {{ rows_of('feedback_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

feedback as (

    select
        said.feedback_id,
        members.customer_id,
        said.source,

        said.channel,
        said.kind,
        said.metric,
        said.survey_id,
        said.question_id,

        said.score,
        said.scale_min,
        said.scale_max,
        said.polarity,
        said.top_box_min,
        coalesce(said.vendor_sentiment, {{ sentiment_of_score('said') }}) as sentiment,
        said.comment,

        said.responded_at,
        said.case_id,
        -- who names nobody is somebody of their own
        coalesce(members.customer_id, said.node_id, said.feedback_id) as respondent_ref

    from said
    left join members on said.node_id = members.node_id

)

select * from feedback
