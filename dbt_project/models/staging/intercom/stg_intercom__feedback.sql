with

conversations as (

    select * from {{ ref('stg_intercom__conversations') }}
    where rating is not null and rated_at is not null

),

survey_questions as (

    select * from {{ ref('survey_questions') }}
    where source = 'intercom' and survey_id = 'conversation_rating'

),

feedback as (

    select
        'intercom:' || conversations.conversation_id || '/rating' as feedback_id,
        {{ node_id('intercom', 'contacts', ['conversations.contact_id']) }} as node_id,
        'intercom' as source,

        'chat' as channel,
        'survey_answer' as kind,
        survey_questions.metric,
        survey_questions.survey_id,
        survey_questions.question_id,

        -- outside its scale a score is no score
        cast(
            case
                when conversations.rating between survey_questions.scale_min and survey_questions.scale_max
                    then conversations.rating
            end as double
        ) as score,
        cast(survey_questions.scale_min as double) as scale_min,
        cast(survey_questions.scale_max as double) as scale_max,
        survey_questions.polarity,
        cast(survey_questions.top_box_min as double) as top_box_min,
        cast(null as {{ dbt.type_string() }}) as vendor_sentiment,
        conversations.rating_remark as comment,

        conversations.rated_at as responded_at,
        case when conversations.is_case then 'intercom:' || conversations.conversation_id end as case_id

    from conversations
    cross join survey_questions

)

select * from feedback
